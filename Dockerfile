# The gate and the load in one image, which needs nothing else:
#   docker build -t calcom-contracts .
#   docker run --rm -v "$PWD:/work" -e ACME_SECRET -e ACME_KEY calcom-contracts gate --deployment staging.toml
#   docker run --rm -v "$PWD:/work" -e ACME_SECRET -e ACME_KEY calcom-contracts load --headless --deployment staging.toml
FROM python:3.12-slim-bookworm

LABEL org.opencontainers.image.title="calcom-contracts" \
      org.opencontainers.image.description="Tells API owners, promise by promise, whether a deployment keeps its own OpenAPI document." \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="0.1.0"

ENV PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PYTHONPATH=/opt/suite

# What it depends on first: the layer stays while the suite changes. Every file is the one whose hash is in the lock.
COPY requirements.lock /opt/suite/requirements.lock
RUN python -m pip install --require-hashes --no-deps -r /opt/suite/requirements.lock

# Laid out as the wheel is: every package below one name, readable for everybody and writable for nobody.
COPY package/calcom_contracts/ /opt/suite/calcom_contracts/
COPY conftest.py pyproject.toml LICENSE /opt/suite/calcom_contracts/
COPY specs/ /opt/suite/calcom_contracts/specs/
COPY contracts/ /opt/suite/calcom_contracts/contracts/
COPY load/ /opt/suite/calcom_contracts/load/
COPY reports/ /opt/suite/calcom_contracts/reports/
COPY sandbox/ /opt/suite/calcom_contracts/sandbox/

RUN useradd --uid 10001 --create-home suite && install --directory --owner=suite /work
USER 10001
WORKDIR /work

HEALTHCHECK NONE
ENTRYPOINT ["python", "-m", "calcom_contracts"]
CMD ["--help"]

"""The deployment file by which a suite finds its way into a sandbox."""

from __future__ import annotations

import json

from sandbox.build import Options
from sandbox.state import Tenant, World


def deployment_toml(world: World, options: Options, base_url: str, document: str, *, disposable: bool = True) -> str:
    """TOML with everything a run against this sandbox needs; its secrets are made up and open nothing else.

    `disposable`: whether a run may change what was there before it.
    """
    lines = ["[deployment]"]
    lines += _members(
        name="sandbox", base_url=base_url, document=document, time_scale=options.time_scale, writes=True, synthetic=True
    )
    if not options.limits:
        lines += _members(limits="off")
    if not disposable:
        lines += _members(disposable=False)
    lines += ["", "[budget]", *_members(pace="declared" if options.limits else "none")]
    lines += ["", "[tokens]", *_members(**world.expired)]
    for tenant in world.tenants.values():
        lines += _principals(tenant)
    return "\n".join(lines) + "\n"


def _principals(tenant: Tenant) -> list[str]:
    blocks = [
        _members(
            name=tenant.name,
            tenant=tenant.name,
            kind="oauth_client",
            client_id=tenant.client_id,
            secret=tenant.secret,
            org_id=tenant.org_id,
        )
    ]
    for role, key, may in (("admin", tenant.admin_key, "write"), ("member", tenant.member_key, "read")):
        name = f"{tenant.name}-{role}"
        told = _members(
            name=name, tenant=tenant.name, kind="api_key", key=key, org_id=tenant.org_id, role=role, may=may
        )
        blocks.append(told)
    return [line for block in blocks for line in ("", "[[principals]]", *block)]


def _members(**members: str | float | bool) -> list[str]:
    return [f"{name} = {json.dumps(value)}" for name, value in members.items()]

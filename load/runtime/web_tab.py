"""A tab of Locust's web UI that shows verdicts as they form, and the same as a page and as JSON of its own.

/               Locust's own page, with the tab "Verdicts"
/verdicts       the table alone, renewed every two seconds; /verdicts.json for programs
/verdicts/report  the report, once the run has ended
"""

from __future__ import annotations

import html
import json
from typing import Any

from flask import Blueprint, Response, request, send_file

from load.runtime.processes import Judging
from load.runtime.scenario import Row

COLUMNS = {
    "operation": "Operation",
    "declared": "Declared",
    "observed": "Observed",
    "verdict": "Verdict",
    "told": "Why",
}
KEY = "verdicts"


def tab(web_ui: Any, process: Judging) -> None:
    """Add the tab to Locust's web UI."""
    structure = [{"key": key, "title": title} for key, title in COLUMNS.items()]
    web_ui.template_args["extended_tabs"] = [{"title": "Verdicts", "key": KEY}]
    web_ui.template_args["extended_tables"] = [{"key": KEY, "structure": structure}]
    options = process.environment.parsed_options
    pages = Blueprint(KEY, __name__, url_prefix=(options and options.web_base_path) or None)

    @pages.route("/verdicts")
    @web_ui.auth_required_if_enabled
    def page() -> Response:
        return Response(_page(process), mimetype="text/html")

    @pages.route("/verdicts.json")
    @web_ui.auth_required_if_enabled
    def data() -> Response:
        return Response(json.dumps(tab_data(process)), mimetype="application/json")

    @pages.route("/verdicts/report")
    @web_ui.auth_required_if_enabled
    def report() -> Response:
        outputs = process.outputs
        if outputs is None or not outputs.done:
            return Response("There is no report yet.", 404, mimetype="text/plain")
        return send_file((outputs.folder / "report.html").resolve())

    @web_ui.app.after_request
    def extended(response: Response) -> Response:
        """The tab's rows travel with the statistics that Locust's page requests."""
        if request.path.endswith("/stats/requests") and response.is_json:
            rows = [{**row, "safe_name": f"{row['operation']} {row['declared']}"} for row in _rows(process)]
            response.set_data(json.dumps({**response.get_json(), "extended_stats": [{"key": KEY, "data": rows}]}))
        return response

    web_ui.app.register_blueprint(pages)


def _rows(process: Judging) -> list[Row]:
    return process.scenario.table() if process.scenario else []


def tab_data(process: Judging) -> dict[str, Any]:
    """What is known so far."""
    outputs = process.outputs
    return {
        "scenario": process.kind.name,
        "ended": bool(outputs and outputs.done),
        "requests": process.run.recorder.requests if outputs else 0,
        "rows": _rows(process),
    }


def _page(process: Judging) -> str:
    known = tab_data(process)
    head = "".join(f"<th>{title}</th>" for title in COLUMNS.values())
    rows = "".join(
        f'<tr class="{html.escape(row["verdict"])}">'
        + "".join(f"<td>{html.escape(row[key])}</td>" for key in COLUMNS)
        + "</tr>"
        for row in known["rows"]
    )
    state = '<a href="verdicts/report">The report</a>' if known["ended"] else "The run goes on."
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Verdicts</title>'
        '<meta http-equiv="refresh" content="2"><style>body{font:14px system-ui;margin:2em}'
        "td,th{text-align:left;padding:.2em .8em;border-bottom:1px solid #ddd}.kept td:nth-child(4){color:#176f3d}"
        ".looser,.tighter,.window,.race{background:#fbe9e7}</style>"
        f"<h1>{html.escape(known['scenario'])}</h1><p>{known['requests']} requests. {state}</p>"
        f"<table><tr>{head}</tr>{rows}</table></html>"
    )

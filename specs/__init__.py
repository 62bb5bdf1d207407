"""Reads an OpenAPI document: its defects, its promises, and the contract a deployment can be held to.

`specs.document` loads and resolves, `specs.contract` models, `specs.promises` lists, `specs.lint` finds fault.
"""

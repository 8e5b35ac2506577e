"""A student's notebook as one HTML file that asks the network for nothing. Imports nbconvert: seconds."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import nbformat
from jinja2 import pass_context
from nbconvert.exporters.html import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

_TEMPLATE = """{%- extends 'lab/index.html.j2' -%}
{%- block html_head_js_requirejs -%}{%- endblock -%}
{%- block html_head_js_mathjax -%}{%- endblock -%}
{%- block html_head_js_mermaidjs -%}{%- endblock -%}
"""
"""JupyterLab's look, without the scripts that it would fetch."""


class _Renderer(IPythonRenderer):  # type: ignore[misc]
    """Formulas become MathML, which browsers draw themselves: MathJax would have to be fetched."""

    def inline_math(self, body: str) -> str:
        return _mathml(body, "inline") or super().inline_math(body)

    def block_math(self, body: str) -> str:
        return _mathml(body, "block") or super().block_math(body)

    def latex_environment(self, name: str, body: str) -> str:
        tex = f"\\begin{{{name}}}{body}\\end{{{name}}}"
        return _mathml(tex, "block") or super().latex_environment(name, body)


class _Exporter(HTMLExporter):  # type: ignore[misc]
    @pass_context
    def markdown2html(self, context: Any, source: str) -> str:
        renderer = _Renderer(
            escape=False,
            attachments=context.get("cell", {}).get("attachments", {}),
            path=context.get("resources", {}).get("metadata", {}).get("path", ""),
            anchor_link_text=self.anchor_link_text,
            **self.lexer_options,
        )
        return str(MarkdownWithMath(renderer=renderer).render(source))


def _mathml(tex: str, display: str) -> str:
    """The formula; empty where it cannot be read, and its text is shown as it is."""
    from latex2mathml.converter import convert

    try:
        drawn = str(convert(tex, display=display))
    except Exception:  # it promises no kind
        return ""
    return re.sub(r"<mi>\\(\w+)</mi>", r"<mi>\1</mi>", drawn)  # operators that it does not know: \arg


def notebook_page(notebook: Path) -> str:
    """The page of `notebook`: styles inside, formulas drawn, pictures beside it left out."""
    tree = nbformat.read(notebook, as_version=4)
    tree.metadata["title"] = notebook.name
    body, _ = _Exporter(raw_template=_TEMPLATE).from_notebook_node(tree)
    return str(body)

"""Where can an administrator try the API? Swagger UI with its assets from here, in Vietnamese.

These networks are closed: nothing is loaded from elsewhere, and a content security policy holds it
to that.
"""

from pathlib import Path

import fastapi_offline
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.staticfiles import StaticFiles

from shared.texts import chosen_language, current_language, text
from shared.web.openapi import document

_ASSETS = Path(fastapi_offline.__file__).parent / "static"
_OURS = Path(__file__).parent / "assets"
POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
_PAGE = """<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="/{name}/_ours/icon.svg">
<link rel="stylesheet" href="/{name}/_assets/swagger-ui.css">
<link rel="stylesheet" href="/{name}/_ours/docs.css"></head>
<body data-service="{name}"><nav><a href="/?lang={language}">{home}</a>{others}<a href="/asyncapi?lang={language}">{events}</a>
<a class="switch" href="?lang={switch}">{other_language}</a></nav><div id="swagger-ui"></div>
<script src="/{name}/_assets/swagger-ui-bundle.js"></script>
<script src="/{name}/_ours/docs.js"></script></body></html>"""


def _page(name: str, language: str) -> str:
    others = "".join(
        f'<a href="/{other}/docs?lang={language}">'
        f"{text(f'services.{other}.short', language=language)}</a>"
        for other in ("plans", "scoring", "notifications")
    )
    return _PAGE.format(
        language=language,
        title=text(f"services.{name}.title", language=language),
        name=name,
        events=text("asyncapi.page_title", language=language),
        home=text("services.home", language=language),
        others=others,
        other_language=text("services.other_language", language=language),
        switch=text("services.other_language_code", language=language),
    )


def install(app: FastAPI, name: str, examples: Path | None) -> None:
    """Serve the API document and Swagger UI under the service's name."""
    app.mount(f"/{name}/_assets", StaticFiles(directory=_ASSETS))
    app.mount(f"/{name}/_ours", StaticFiles(directory=_OURS))

    async def openapi(request: Request) -> Response:
        asked = "lang" in request.query_params
        language = chosen_language(request.query_params) if asked else current_language.get()
        body = await document(app, name, app.state.context, examples, language)
        return JSONResponse(body)

    async def swagger(request: Request) -> Response:
        return HTMLResponse(
            _page(name, chosen_language(request.query_params)),
            headers={"Content-Security-Policy": POLICY},
        )

    async def start(_request: Request) -> Response:
        return RedirectResponse(f"/{name}/docs")

    app.add_route(f"/{name}/openapi.json", openapi, include_in_schema=False)
    app.add_route(f"/{name}/docs", swagger, include_in_schema=False)
    app.add_route(f"/{name}/", start, include_in_schema=False)

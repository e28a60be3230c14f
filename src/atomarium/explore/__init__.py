"""The page: columns and tables go in, one self-contained HTML file comes out.

`payload` is what crosses between Python and the browser, `page` is the file around it. The page
is written in TypeScript (frontend/). This folder must not know studies, experiments or models.
"""

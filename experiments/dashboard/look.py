"""The page's style: what Streamlit has no setting for."""

from __future__ import annotations

from .running import BAR

# All tabs stand in sight, in as many rows as they need. Charts are drawn for a light ground: black, white and
# grey of theirs follow the theme. On the dark theme's lighter blue white could not be read.
STYLE = f"""<style>
.block-container {{padding-top: 4rem; padding-bottom: 7rem}}
h1 {{font-size: 1.6rem !important; padding: 0 !important}}
h3 {{font-size: 1.45rem !important; padding-top: .3rem !important}}
[data-testid=stMetricLabel] * {{white-space: normal !important; overflow: visible !important}}
[data-testid=stMetricValue] {{white-space: normal; font-size: 1.6rem}}
[data-testid=stSidebarContent] {{padding-bottom: 7rem}}
.st-key-{BAR} {{position: fixed; bottom: 0; left: 0; right: 0; z-index: 1000000;
  background: light-dark(#f4f4f2, #262622);
  border-top: 1px solid #8888; padding: .45rem 1rem .5rem; gap: .3rem}}
[data-testid=stCaptionContainer] {{color: inherit !important; opacity: .85}}
[data-testid=stCaptionContainer] * {{color: inherit !important}}
.st-key-language button, .st-key-language button * {{color: inherit !important}}
[data-testid=stBaseButton-primary]:enabled {{color: light-dark(#fff, #0b1a24) !important}}
[data-testid=stTabs] [role=tablist] {{flex-wrap: wrap; row-gap: 0}}
[data-testid=stTabs] [role=tab] {{flex: none}}
[data-testid=stVegaLiteChart] svg text[fill=black] {{fill: currentColor}}
[data-testid=stVegaLiteChart] svg :is([stroke=black], [stroke="#555"]) {{stroke: currentColor}}
[data-testid=stVegaLiteChart] svg [stroke=white] {{stroke: light-dark(#fff, #1a1918)}}
@media (max-width: 699px) {{[data-testid=stTabs] [role=tab] {{min-height: 2.75rem}}}}
@media (min-width: 700px) {{.narrow, .st-key-map_narrow {{display: none}}}}
@media (max-width: 699px) {{.st-key-map_wide {{display: none}}}}
</style>"""

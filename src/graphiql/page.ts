/** The bar above GraphiQL with the API key of all tabs. */
const KEY_BAR = `<header id="key-bar">
      <h1>Flair gateway</h1>
      <label for="api-key">API key</label>
      <input id="api-key" type="password" autocomplete="off" autocapitalize="off" spellcheck="false" aria-describedby="key-status">
      <button id="show-key" type="button" aria-pressed="false">Show</button>
      <span id="key-status" role="status"></span>
      <details id="history" hidden>
        <summary>History</summary>
        <ol></ol>
      </details>
    </header>`;

/** The panels below GraphiQL. */
const PANELS = `<div id="panels">
      <section id="panel-files" aria-label="Files" hidden>
        <h2>Files</h2>
        <div class="panel-content"></div>
      </section>
      <section id="panel-images" aria-label="Images" hidden>
        <h2>Images</h2>
        <div class="panel-content" tabindex="0" role="group" aria-label="Images of the last response"></div>
      </section>
      <section id="panel-events" aria-label="Events" hidden>
        <h2>Events</h2>
        <button type="button">Clear</button>
        <ol class="panel-content" tabindex="0" aria-label="Events of subscriptions, newest first"></ol>
      </section>
    </div>`;

/** The HTML of the page. */
export const pageHtml = ({ icon, style, script }: { icon: string; style: string; script: string }): string =>
  `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Flair gateway</title>
    <link rel="icon" href="${icon}">
    <link rel="stylesheet" href="${style}">
    <script defer src="${script}"></script>
  </head>
  <body class="no-focus-outline">
    <noscript>GraphiQL needs JavaScript.</noscript>
    ${KEY_BAR}
    <div id="root"></div>
    ${PANELS}
  </body>
</html>
`;

const DARK =
  'color-scheme: dark; --page-text: #d5dbe6; --page-faint: #9aa5b8; --page-base: #212a3b; --page-line: #3d4a61; --page-soft: #2a354a; --page-accent: #ff8cba; --page-error: #ffb4ab';

/** Styles of the page, after those of GraphiQL. */
export const PAGE_STYLE = `
:root { color-scheme: light; --page-text: #3b4b68; --page-faint: #5f6b7e; --page-base: #fff; --page-line: #d7dce4; --page-soft: #f3f5f8; --page-accent: #b5135b; --page-error: #b3261e; }
:root:has(body.graphiql-dark) { ${DARK} }
@media (prefers-color-scheme: dark) {
  :root:not(:has(body.graphiql-light)) { ${DARK} }
}
html, body { height: 100% }
body { display: flex; flex-direction: column; background: var(--page-base); color: var(--page-text); font: 14px/1.5 Roboto, system-ui, sans-serif }
#root { flex: 1; min-height: 0 }
#root .graphiql-container { width: 100%; height: 100% }
/* The title is in the bar above, so that more tabs are visible. */
#root .graphiql-logo { display: none }
/* GraphiQL leaves transforms on its tabs that move a pressed tab away from the click. */
.graphiql-tab { transform: none !important }
/* Those of the editor's themes are too pale. */
#root .monaco-editor .line-numbers { color: var(--page-faint) }

#key-bar { display: flex; flex-wrap: wrap; align-items: center; gap: 8px; padding: 8px 16px; border-bottom: 1px solid var(--page-line) }
#key-bar h1 { margin: 0 16px 0 0; font-size: 16px }
#key-bar label { font-weight: 600 }
#api-key { width: 280px; max-width: 100%; flex: 0 1 auto; min-width: 0 }
#api-key, #key-bar button, #panels button { font: inherit; color: inherit; background: var(--page-base); border: 1px solid var(--page-line); border-radius: 6px; padding: 4px 10px }
#key-bar button, #panels button { cursor: pointer; background: var(--page-soft) }
#key-bar button[aria-pressed=true] { border-color: currentColor }
#key-status.is-error { color: var(--page-error) }
#key-bar :focus-visible, #panels :focus-visible { outline: 2px solid var(--page-accent) !important; outline-offset: 1px }

#history { margin-left: auto; position: relative }
#history summary { cursor: pointer; padding: 4px 10px; border: 1px solid var(--page-line); border-radius: 6px; background: var(--page-soft); list-style: none }
#history ol { position: absolute; right: 0; z-index: 20; width: min(440px, calc(100vw - 16px)); max-height: 60vh; overflow: auto; margin: 4px 0 0; padding: 4px; list-style: none; background: var(--page-base); border: 1px solid var(--page-line); border-radius: 8px; box-shadow: 0 8px 24px #0003 }
#key-bar #history button { display: grid; grid-template-columns: 1fr auto; gap: 0 12px; width: 100%; text-align: left; border: 0; background: none; padding: 6px 8px }
#key-bar #history button:hover { background: var(--page-soft) }
#history code { grid-column: 1 / -1; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-size: 12px }

#panels { display: flex; max-height: 28vh }
#panels section { flex: 1 1 0; min-width: 0; display: flex; flex-wrap: wrap; align-items: center; align-content: flex-start; padding: 8px 16px; border-top: 1px solid var(--page-line) }
#panels section[hidden] { display: none }
#panels section:not([hidden]) ~ section { border-left: 1px solid var(--page-line) }
#panels h2 { flex: 1; margin: 0 0 4px; font-size: 14px }
#panels .panel-content { flex: 1 0 100%; margin: 0; padding: 2px; overflow: auto; max-height: calc(28vh - 48px); min-height: 0 }
#panel-images .panel-content { display: flex; flex-wrap: wrap; gap: 8px }
#panel-images a { display: block; border-radius: 6px; background: var(--page-soft) }
#panel-images img { display: block; width: 80px; height: 80px; object-fit: cover; border-radius: 6px }
.file-field { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 12px; padding: 4px 0 }
.file-field span { font-family: monospace; font-size: 13px }
.file-field input { font: inherit; max-width: 100%; color: inherit }
.file-field input::file-selector-button { font: inherit; color: inherit; background: var(--page-soft); border: 1px solid var(--page-line); border-radius: 6px; padding: 4px 10px; margin-right: 12px; cursor: pointer }
#panel-events ol { list-style: none }
#panel-events summary, .connection-change p { display: flex; flex-wrap: wrap; gap: 0 12px; margin: 0; padding: 2px 0 2px 20px; position: relative }
#panel-events summary { cursor: pointer }
#panel-events summary::before { content: "›"; position: absolute; left: 6px; color: var(--page-faint) }
#panel-events [open] > summary::before { rotate: 90deg }
.connection-change { background: var(--page-soft); border-radius: 6px }
.connection-change p > :last-child { font-style: italic }
#panel-events time, .event-offset { font-variant-numeric: tabular-nums }
#panel-events pre { margin: 4px 0 8px; padding: 8px; overflow: auto; background: var(--page-soft); border-radius: 6px; font-size: 12px }

@media (max-width: 760px) {
  html, body { height: auto; overflow-x: hidden }
  #root { flex: none }
  #root .graphiql-container { flex-direction: column; height: auto; overflow: visible }
  #root .graphiql-sidebar { flex-direction: row; width: 100%; padding: 4px 8px }
  #root .graphiql-main { flex-direction: column }
  #root .graphiql-main > .graphiql-plugin, #root .graphiql-main > div:has(> .graphiql-plugin) { min-width: 0 !important; max-height: 70vh; overflow: auto }
  #root .graphiql-horizontal-drag-bar { display: none }
  #root .graphiql-sessions { margin: 0; border-radius: 0; max-height: none; min-width: 0 !important; overflow: hidden }
  #root #graphiql-session { flex-direction: column; padding: 0 4px 8px }
  #root #graphiql-session > * { flex: none !important; width: 100%; min-width: 0 !important }
  /* Together as high as the window, so that the response appears without hiding the button that runs the operation. */
  #root .graphiql-editors { height: 54vh; min-height: 360px }
  #root .graphiql-response { height: 42vh; min-height: 240px }
  body:has(#panel-events:not([hidden])) #root .graphiql-response { height: 30vh; min-height: 200px }
  #root .graphiql-query-editor { padding: 8px; column-gap: 4px }
  #key-bar { padding: 8px }
  /* Title and history, the key, and its status: one line each. */
  #key-bar h1 { flex: 1 0 50%; order: -2 }
  #history { order: -1 }
  #key-bar label { margin-right: auto }
  #api-key { flex: 1 1 160px; font-size: 16px }
  #key-status { flex: 1 0 100% }
  /* The files of the variables come before the editors, images and events after the response. */
  #panels { display: contents }
  #panel-files { order: 1 }
  #root { order: 2 }
  #panel-images, #panel-events { order: 3 }
  #panels section { flex: none; padding: 8px }
  #panels section:not([hidden]) ~ section { border-left: 0 }
  #panels .panel-content { max-height: 50vh }
}
`;

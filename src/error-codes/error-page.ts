import { ERROR_CODES } from './error-codes.ts';

const codes = Object.entries(ERROR_CODES);

const INTRODUCTION =
  'Errors of GraphQL have `extensions.code`, one of the codes below; `extensions.retryable`, which is true if the same request may succeed later; and `extensions.help`, a link to the code on the page that the gateway serves beside the graph, relative to the URL of the graph. Errors that a user can correct are not among them: mutations return those as data. In the outcomes of bulk mutations, `RequestFailedError` has one of these codes as `code`.';

/** The page docs/errors.md. */
export const errorsMarkdown = (): string => `# Errors

<!-- Written by \`npm run errors\` from the definitions in src/error-codes. -->

${INTRODUCTION}

${codes
  .map(
    ([code, { retryable, meaning, cause, fix }]) => `## ${code}

${meaning}

- **Retryable:** ${retryable ? 'yes' : 'no'}
- **Cause:** ${cause}
- **Fix:** ${fix}
`,
  )
  .join('\n')}`;

/** The same page for browsers, to which `extensions.help` links. */
export const errorsHtml = (): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Errors of the Flair gateway</title>
</head>
<body>
<h1>Errors</h1>
<p>${html(INTRODUCTION)}</p>
${codes
  .map(
    ([code, { retryable, meaning, cause, fix }]) => `<h2 id="${code.toLowerCase()}">${code}</h2>
<p>${html(meaning)}</p>
<dl>
<dt>Retryable</dt><dd>${retryable ? 'yes' : 'no'}</dd>
<dt>Cause</dt><dd>${html(cause)}</dd>
<dt>Fix</dt><dd>${html(fix)}</dd>
</dl>
`,
  )
  .join('')}</body>
</html>
`;

/** Markdown with nothing but code spans, as HTML. */
const html = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replace(/`([^`]*)`/g, '<code>$1</code>');

import { parse, print } from 'graphql';

/** An action of the page as code for other programs. */
export interface Action {
  /** The operation, as its text. */
  readonly document: string;
  readonly variables: Readonly<Record<string, unknown>>;
  /** The action in the words of the client library. */
  readonly client: (write: ClientWriter) => string;
}

/** Writes code for the client library. */
export interface ClientWriter {
  /** A value as code. */
  readonly value: (value: unknown) => string;
  /** A request with one of the client's own documents, which it also imports. */
  readonly call: (document: string, variables: unknown) => string;
}

export interface Target {
  /** Absolute URL of the graph. */
  readonly url: string;
  readonly apiKeyHeader: string;
  /** True if requests need no key. */
  readonly isSandbox: boolean;
}

/** The text of an operation in lines, without the fields that the cache adds. */
export const formatOperation = (text: string): string => print(parse(text));

/** Keys of idempotency are chosen anew for each action, so code contains none. */
const withoutOwnKeys = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (name, inner) => (name === 'idempotencyKey' ? undefined : inner)));

/** A value as a JavaScript literal. */
function literal(value: unknown, indent = ''): string {
  const json = JSON.stringify(withoutOwnKeys(value), null, 2).replaceAll(/"([A-Za-z_]\w*)":/g, '$1:');
  return json.replaceAll('\n', `\n${indent}`);
}

/** The operation, followed by its variables as a comment. */
export function graphqlCode({ document, variables }: Action): string {
  const json = JSON.stringify(withoutOwnKeys(variables), null, 2);
  return `${formatOperation(document)}\n\n# Variables:\n${json.replaceAll(/^/gm, '# ')}\n`;
}

/** A request with `fetch`. */
export function fetchCode({ document, variables }: Action, { url, apiKeyHeader, isSandbox }: Target): string {
  const key = isSandbox ? '' : `\n    '${apiKeyHeader}': process.env.FLAIR_API_KEY,`;
  return `const response = await fetch('${url}', {
  method: 'POST',
  headers: {
    'content-type': 'application/json',${key}
  },
  body: JSON.stringify({
    query: \`${formatOperation(document).replaceAll('\n', '\n      ')}\`,
    variables: ${literal(variables, '    ')},
  }),
});
const { data, errors } = await response.json();
`;
}

/** The same with the client library. */
export function clientCode({ client }: Action, { url, apiKeyHeader, isSandbox }: Target): string {
  const imports = ['createFlairClient'];
  const body = client({
    value: (value) => literal(value),
    call(document, variables) {
      imports.push(document);
      return `const result = await flair.request(${document}, ${literal(variables)});`;
    },
  });
  const key = isSandbox
    ? ''
    : apiKeyHeader === 'x-api-key'
      ? ', apiKey: process.env.FLAIR_API_KEY'
      : `, headers: { '${apiKeyHeader}': process.env.FLAIR_API_KEY }`;
  return `import { ${imports.join(', ')} } from 'flair-graphql-gateway/client';

const flair = createFlairClient({ url: '${url}'${key} });
${body}
`;
}

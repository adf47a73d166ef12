/** A GraphQL request. */
export interface Payload {
  query: string;
  variables?: unknown;
}

/** The body of a request: JSON, or a form if the variables contain files (GraphQL multipart request specification). */
export function toBody(payload: Payload): { body: string | FormData; headers: Record<string, string> } {
  const files: { file: Blob; path: string }[] = [];
  const variables = extractFiles(payload.variables, 'variables', files);
  const operations = JSON.stringify({ ...payload, variables });
  if (files.length === 0) return { body: operations, headers: { 'content-type': 'application/json' } };
  const form = new FormData();
  form.append('operations', operations);
  form.append('map', JSON.stringify(Object.fromEntries(files.map(({ path }, index) => [index, [path]]))));
  for (const [index, { file }] of files.entries()) form.append(String(index), file);
  // Makes browsers send a preflight, without which the gateway accepts no form of another site.
  return { body: form, headers: { 'apollo-require-preflight': 'true' } };
}

/** A copy of a value with null in place of files, which are added to a list. */
function extractFiles(value: unknown, path: string, files: { file: Blob; path: string }[]): unknown {
  if (value instanceof Blob) {
    files.push({ file: value, path });
    return null;
  }
  if (Array.isArray(value)) return value.map((item, index) => extractFiles(item, `${path}.${index}`, files));
  if (typeof value !== 'object' || value === null || 'toJSON' in value) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, extractFiles(item, `${path}.${name}`, files)]),
  );
}

/** Paths of the values of type `File` in each input type, by its name. The name `*` stands for all items of a list. */
export type FilePaths = Readonly<Record<string, readonly (readonly string[])[]>>;

/** Paths of the values of type `File` in the variables of an operation. */
export function filePathsOf(query: string, filePaths: FilePaths): string[][] {
  const paths: string[][] = [];
  const code = query.replaceAll(/#.*/g, '');
  for (const [, variable = '', bracket, type = ''] of code.matchAll(/\$(\w+)\s*:\s*(\[)?\s*(\w+)/g)) {
    for (const path of filePaths[type] ?? []) paths.push([variable, ...(bracket ? ['*'] : []), ...path]);
  }
  return paths;
}

/**
 * Builds the body of a request: JSON, or a multipart request if variables contain the names of chosen files (GraphQL multipart
 * request specification).
 *
 * @param fileOf Returns the file that a text in the variables stands for.
 */
export function requestBody(
  params: { variables?: unknown },
  fileOf: (text: string) => File | undefined,
): string | FormData {
  const files: { file: File; path: string }[] = [];
  const replaceFiles = (value: unknown, path: string): unknown => {
    if (typeof value === 'string') {
      const file = fileOf(value);
      if (!file) return value;
      files.push({ file, path });
      return null;
    }
    if (Array.isArray(value)) return value.map((item, index) => replaceFiles(item, `${path}.${index}`));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [name, replaceFiles(item, `${path}.${name}`)]),
    );
  };
  const operations = JSON.stringify({ ...params, variables: replaceFiles(params.variables, 'variables') });
  if (files.length === 0) return operations;
  const form = new FormData();
  form.set('operations', operations);
  form.set('map', JSON.stringify(Object.fromEntries(files.map(({ path }, index) => [index, [path]]))));
  for (const [index, { file }] of files.entries()) form.set(String(index), file, file.name);
  return form;
}

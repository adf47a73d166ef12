import { deref, isObject, type Json, list, object } from './support.ts';

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];
const SOURCES = ['documented', 'inferred'];

/** An operation of a document, with its method and path. */
export interface LocatedOperation {
  method: string;
  path: string;
  operation: Json;
  /** Its own parameters and those of its path, references resolved. */
  parameters: Json[];
}

/** Every operation of a document, in its order. */
export function operationsOf(document: Json): LocatedOperation[] {
  return Object.entries(object(document.paths)).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = object(item)[method];
      if (!isObject(operation)) return [];
      const parameters = [...list(object(item).parameters), ...list(operation.parameters)];
      return [{ method, path, operation, parameters: parameters.map((value) => object(deref(document, value))) }];
    }),
  );
}

/**
 * Lints a document: each part must have a description and a source. Returns one sentence per mistake.
 */
export const mistakesOf = (document: Json): string[] => [
  ...operationMistakes(document),
  ...schemaMistakes(document),
  ...referenceMistakes(document),
];

function operationMistakes(document: Json): string[] {
  const operations = operationsOf(document);
  const tags = list(document.tags).map((tag) => object(tag).name);
  const mistakes = operations.flatMap(({ method, path, operation, parameters }) => {
    const name = `${method.toUpperCase()} ${path}`;
    const responses = object(operation.responses);
    const inPath = parameters.filter((parameter) => parameter.in === 'path').map((parameter) => String(parameter.name));
    const inTemplate = [...path.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => String(parameter));
    const operationTags = list(operation.tags);
    return [
      ...when(!isText(operation.operationId), `${name} needs an operationId.`),
      ...when(!isText(operation.summary), `${name} needs a summary: its title in the reference.`),
      ...when(!isText(operation.description), `${name} needs a description.`),
      ...when(
        operationTags.length !== 1 || !tags.includes(operationTags[0]),
        `${name} needs one tag, of those that the document describes: ${tags.join(', ')}.`,
      ),
      ...sourceMistakes(operation, name),
      ...when(
        !SOURCES.includes(String(operation['x-route-source'])),
        `${name} needs x-route-source: documented if its method and path are in the reference, else inferred.`,
      ),
      ...when(!deref(document, responses['200']), `${name} needs a response 200.`),
      ...when(!deref(document, responses.default), `${name} needs a default response, for errors.`),
      ...inTemplate
        .filter((parameter) => !inPath.includes(parameter))
        .map((parameter) => `${name} has {${parameter}} in its path, but does not declare it among its parameters.`),
      ...inPath
        .filter((parameter) => !inTemplate.includes(parameter))
        .map((parameter) => `${name} declares the path parameter ${parameter}, which its path does not have.`),
      ...parameters.flatMap((parameter) =>
        descriptionMistakes(document, parameter, `The parameter ${parameter.name} of ${name}`),
      ),
    ];
  });
  const ids = operations.map(({ operation }) => operation.operationId);
  const twice = ids.filter((id, index) => ids.indexOf(id) !== index);
  return [...mistakes, ...twice.map((id) => `Two operations have the operationId ${id}.`)];
}

const DATA = new Set(['enum', 'const', 'default', 'example', 'examples']);
const COMPOSITION = new Set(['allOf', 'oneOf', 'anyOf', 'items']);

/** Checks all schemas recursively: components, bodies, responses, and inline ones. */
function schemaMistakes(document: Json): string[] {
  const mistakes: string[] = [];
  const visit = (value: unknown, path: string) => {
    if (Array.isArray(value)) for (const item of value) visit(item, path);
    if (!isObject(value)) return;
    for (const [key, child] of Object.entries(value)) {
      if (key === 'properties' && isObject(child)) {
        for (const [name, property] of Object.entries(child)) {
          mistakes.push(...descriptionMistakes(document, property, `The property ${path}.${name}`));
          visit(property, `${path}.${name}`);
        }
      } else if (!DATA.has(key)) {
        visit(child, COMPOSITION.has(key) ? path : `${path}.${key}`);
      }
    }
  };
  for (const [name, schema] of Object.entries(object(object(document.components).schemas))) visit(schema, name);
  visit(document.paths, 'paths');
  for (const [kind, components] of Object.entries(object(document.components))) {
    if (kind !== 'schemas') visit(components, kind);
  }
  return mistakes;
}

function referenceMistakes(document: Json): string[] {
  const text = JSON.stringify(document);
  const references = new Set([...text.matchAll(/"\$ref":"([^"]+)"/g)].map(([, reference]) => String(reference)));
  const dangling = [...references].filter(($ref) => deref(document, { $ref }) === undefined);
  const components = Object.entries(object(document.components)).flatMap(([kind, members]) =>
    kind === 'securitySchemes' ? [] : Object.keys(object(members)).map((name) => `#/components/${kind}/${name}`),
  );
  const unused = components.filter((component) => !references.has(component));
  return [
    ...dangling.map((reference) => `The reference ${reference} does not resolve.`),
    ...unused.map((component) => `Nothing refers to ${component}: use it or remove it.`),
  ];
}

/** Checks the description and source of a value or of its reference's target. */
function descriptionMistakes(document: Json, value: unknown, name: string): string[] {
  const resolved = { ...object(deref(document, value)), ...object(value) };
  return [
    ...when(!isText(resolved.description), `${name} needs a description: what it means, with its unit or range.`),
    ...sourceMistakes(resolved, name),
  ];
}

const sourceMistakes = (resolved: Json, name: string): string[] =>
  when(
    !SOURCES.includes(String(resolved['x-source'])),
    `${name} needs x-source: documented if it is in the reference, else inferred.`,
  );

const when = (broken: boolean, mistake: string): string[] => (broken ? [mistake] : []);

const isText = (value: unknown): boolean => typeof value === 'string' && value.trim() !== '';

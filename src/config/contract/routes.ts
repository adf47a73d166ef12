import type { Operation } from '../../contract/contract.ts';
import { array, type ContractDocument, FLAIR_NAME, type Json, object } from './document.ts';

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

/** An operation of the vendor's document. */
export interface VendorOperation {
  readonly id: string;
  readonly method: Operation['method'];
  readonly path: string;
  readonly node: Json;
  readonly parameters: readonly Json[];
}

/** Reads the operations of a document, and reports those without an id, and ids that occur several times. */
export function readOperations(document: ContractDocument): ReadonlyMap<string, VendorOperation> {
  const found = new Map<string, VendorOperation>();
  for (const [path, value] of Object.entries(object(document.root.paths))) {
    const item = document.resolve(value);
    for (const method of METHODS.filter((one) => item[one] !== undefined)) {
      const node = object(item[method]);
      const id = node.operationId;
      const where = `${method.toUpperCase()} ${path}`;
      if (typeof id !== 'string') {
        document.report(`${where} must have an \`operationId\` of the built-in contract, but has none.`);
        continue;
      }
      const first = found.get(id);
      if (first) {
        document.report(`The operation \`${id}\` must occur once, but is ${first.method} ${first.path} and ${where}.`);
      }
      // Parameters of the operation replace those of the path with the same name.
      const parameters = [...array(item.parameters), ...array(node.parameters)].map((one) => document.resolve(one));
      found.set(id, { id, method: method.toUpperCase() as Operation['method'], path, node, parameters });
    }
  }
  return found;
}

/** The path with the names of the contract's parameters. @param own Path of the built-in contract. */
export function readPath(document: ContractDocument, { id, path, parameters }: VendorOperation, own: string): string {
  const expected = namesIn(own);
  const seen: string[] = [];
  const adapted = path.replace(/\{([^{}]*)\}/g, (_, variable: string) => {
    const parameter = parameters.find((one) => one.in === 'path' && one.name === variable);
    const name = String(parameter?.[FLAIR_NAME] ?? variable);
    if (!expected.includes(name)) {
      const choice =
        expected.length === 0 ? 'no parameters' : `the parameters ${expected.map((one) => `{${one}}`).join(' and ')}`;
      document.report(
        `The path of \`${id}\` may have ${choice}, but has {${variable}}. If it is one of them under another name, add \`${FLAIR_NAME}\` to its parameter.`,
      );
    }
    seen.push(name);
    return `{${name}}`;
  });
  // An id of its own identifies an object without the id of its model.
  const required = expected.length > 1 ? expected.filter((name) => name !== 'modelId') : expected;
  for (const name of required.filter((one) => !seen.includes(one))) {
    document.report(`The path of \`${id}\` must contain the parameter {${name}}, but is ${path}.`);
  }
  if (!/^\/[^?#\s]*$/.test(path)) {
    document.report(`The path of \`${id}\` must begin with "/" and have no query, but is "${path}".`);
  }
  return adapted;
}

const namesIn = (path: string): string[] => [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);

/** The vendor's names of query parameters; undefined if they are those of the contract. */
export function readQueryNames(
  document: ContractDocument,
  { id, parameters }: VendorOperation,
  own: readonly string[],
): Readonly<Record<string, string>> | undefined {
  const names: Record<string, string> = {};
  for (const parameter of parameters.filter((one) => one.in === 'query')) {
    const name = String(parameter.name);
    const field = String(parameter[FLAIR_NAME] ?? name);
    if (own.includes(field)) names[field] = name;
    else if (parameter[FLAIR_NAME] !== undefined) {
      document.report(
        `\`${id}\`, query parameter ${name}: \`${FLAIR_NAME}\` must be ${own.join(' or ') || 'left out'}, but is "${field}".`,
      );
    } else if (parameter.required === true) {
      document.report(`\`${id}\` requires the query parameter \`${name}\`, which the gateway does not send.`);
    }
  }
  for (const name of own.filter((one) => names[one] === undefined)) {
    document.report(
      `\`${id}\` must have a query parameter for \`${name}\`, but has none. If it has another name, add \`${FLAIR_NAME}: ${name}\` to it.`,
    );
  }
  return own.some((name) => names[name] !== name) ? names : undefined;
}

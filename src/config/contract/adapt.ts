import type { Contract, Operation, OperationId, Wire } from '../../contract/contract.ts';
import { findNearest } from '../../util/edit-distance.ts';
import { ContractDocument, type Json, object } from './document.ts';
import { type AcceptedNames, type FieldReaderOptions, readRequestNames, readResponseNames } from './fields.ts';
import { readOperations, readPath, readQueryNames, type VendorOperation } from './routes.ts';

/** The contract of an upstream that differs from the built-in one, and the mistakes in its document, one sentence each. */
export interface AdaptedContract {
  readonly contract: Contract;
  readonly mistakes: readonly string[];
}

/**
 * Adapts the built-in contract to the paths, methods and names of a vendor's OpenAPI document. The operations have the
 * operationIds of the contract; whatever has another name declares the contract's name as `x-flair-name`.
 */
export function adaptContract(contract: Contract, root: unknown): AdaptedContract {
  const document = new ContractDocument(root);
  const version = String(document.root.openapi ?? '');
  if (!version.startsWith('3.')) {
    document.report(
      `The file must be an OpenAPI 3 document with \`openapi: 3.1.0\`, but ${version === '' ? 'has no version' : `its version is ${version}`}.`,
    );
    return { contract, mistakes: document.mistakes };
  }
  const options: FieldReaderOptions = {
    document,
    builtIn: new ContractDocument({ components: { schemas: contract.schemas } }),
    contract,
  };
  const vendor = readOperations(document);
  const ids = Object.keys(contract.operations) as OperationId[];
  const missing = ids.filter((id) => !vendor.has(id));
  for (const id of vendor.keys()) if (!ids.includes(id as OperationId)) reportUnknown(document, id, ids, missing);
  if (missing.length > 0) {
    document.report(
      `The file must describe all operations, but ${missing.map((id) => `\`${id}\``).join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing. Copy the description from --print-contract.`,
    );
  }
  const accepted: AcceptedNames = new Map();
  const operations: Record<string, Operation> = { ...contract.operations };
  for (const id of ids) {
    const found = vendor.get(id);
    if (found) operations[id] = adaptOperation(options, accepted, found, contract.operations[id]);
  }
  const fields: Record<string, Readonly<Record<string, readonly string[]>>> = { ...contract.fields };
  for (const [schema, names] of accepted) {
    const own = Object.fromEntries([...names].map(([field, found]) => [field, [...found]]));
    fields[schema] = { ...fields[schema], ...own };
  }
  return {
    contract: { ...contract, operations: operations as Contract['operations'], fields },
    mistakes: document.mistakes,
  };
}

function reportUnknown(
  document: ContractDocument,
  id: string,
  ids: readonly string[],
  missing: readonly string[],
): void {
  const near = findNearest(id, missing.length > 0 ? missing : ids);
  const hint = near && near.distance <= near.name.length / 2 ? ` Did you mean \`${near.name}\`?` : '';
  document.report(`\`${id}\` is no operation of the gateway.${hint} Remove operations that it does not have.`);
}

function adaptOperation(
  options: FieldReaderOptions,
  accepted: AcceptedNames,
  vendor: VendorOperation,
  own: Operation,
): Operation {
  const { document } = options;
  const { id, method, node } = vendor;
  if ((own.method === 'GET') !== (method === 'GET')) {
    document.report(
      `\`${id}\` ${own.method === 'GET' ? 'reads, so its method must be GET' : 'writes, so its method must be POST, PUT, PATCH or DELETE'}, but is ${method}.`,
    );
  }
  const queryNames = readQueryNames(document, vendor, own.query);
  const bodyNames = readBody(options, vendor, own);
  if (own.response) readResponse(options, accepted, vendor, own.response);
  else if (node.responses === undefined) document.report(`\`${id}\` must describe its responses, but does not.`);
  const isRepeatable = own.method !== 'POST' && own.method !== 'PATCH';
  return {
    ...own,
    method,
    path: readPath(document, vendor, own.path),
    ...(queryNames && { queryNames }),
    ...(bodyNames && { bodyNames }),
    // Whether repeating it may cost money does not depend on the method that the vendor chose.
    ...(!isRepeatable && method !== 'POST' && method !== 'PATCH' && { isSentOnce: true }),
  };
}

function readBody(options: FieldReaderOptions, { id, node }: VendorOperation, { body }: Operation) {
  const { document } = options;
  const request = document.resolve(node.requestBody);
  const content = object(request.content);
  if (body.kind === 'json') {
    const json = content['application/json'];
    if (json === undefined) {
      document.report(`\`${id}\` must have a request body of application/json, but has ${typesIn(content)}.`);
      return undefined;
    }
    return readRequestNames(options, {
      schema: body.schema,
      vendor: object(json).schema,
      where: `Request of \`${id}\``,
    });
  }
  if (body.kind === 'bytes' && content['application/octet-stream'] === undefined) {
    document.report(
      `\`${id}\` must have a request body of application/octet-stream, because the gateway sends the bytes of the image, but has ${typesIn(content)}.`,
    );
  }
  if (body.kind === 'none' && request.required === true) {
    document.report(`\`${id}\` requires a request body, which the gateway does not send.`);
  }
  return undefined;
}

function readResponse(
  options: FieldReaderOptions,
  accepted: AcceptedNames,
  { id, node }: VendorOperation,
  schema: keyof Wire,
): void {
  const { document } = options;
  const responses = Object.entries(object(node.responses)).filter(([status]) => /^2(\d\d|XX)$/i.test(status));
  const contents = responses.map(([, response]): Json => object(document.resolve(response).content));
  const json = contents.map((content) => content['application/json']).find((found) => found !== undefined);
  if (json !== undefined) {
    readResponseNames(options, accepted, { schema, vendor: object(json).schema, where: `Response of \`${id}\`` });
  } else if (
    id !== 'getDataItem' ||
    !contents.some((content) => Object.keys(content).some((type) => type.startsWith('image/')))
  ) {
    document.report(
      `\`${id}\` must have a successful response of application/json, but has ${typesIn(Object.assign({}, ...contents))}.`,
    );
  }
}

const typesIn = (content: Json): string => Object.keys(content).join(', ') || 'none';

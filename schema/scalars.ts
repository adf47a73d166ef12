import { GraphQLError, type ValueNode, valueFromASTUntyped } from 'graphql';
import type { UploadedFile } from '../src/images/validate-upload.ts';
import { builder } from './builder.ts';

/** Without a time zone, the meaning would depend on that of this machine. */
const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$/;

/** The parsers of a scalar. graphql-js does not add a location to the error of a literal. */
const parsers = <Value>(parseValue: (value: unknown) => Value) => ({
  parseValue,
  parseLiteral(node: ValueNode): Value {
    try {
      return parseValue(valueFromASTUntyped(node));
    } catch (error) {
      throw error instanceof GraphQLError ? new GraphQLError(error.message, { nodes: node }) : error;
    }
  },
});

builder.scalarType('DateTime', {
  description:
    'A date and time in ISO 8601, in UTC with milliseconds, for example `2026-01-31T09:30:00.000Z`. As input, any time zone and precision, for example `2026-01-31T10:30+01:00`.',
  specifiedByURL: 'https://scalars.graphql.org/andimarek/date-time.html',
  serialize: (value) => value.toISOString(),
  ...parsers((value) => {
    const date = new Date(typeof value === 'string' && DATE_TIME.test(value) ? value : Number.NaN);
    if (Number.isNaN(date.getTime()))
      throw new GraphQLError(
        'DateTime must be a string in ISO 8601 with a time zone, for example "2026-01-31T09:30:00Z".',
      );
    return date;
  }),
});

builder.scalarType('URL', {
  description: 'An absolute URL that a browser can open (WHATWG URL).',
  specifiedByURL: 'https://url.spec.whatwg.org/',
  serialize: (value) => value,
  ...parsers((value) => {
    if (typeof value !== 'string' || !URL.canParse(value)) throw new GraphQLError('URL must be an absolute URL.');
    return value;
  }),
});

builder.scalarType('SafeInt', {
  description:
    'An integer from -(2^53-1) to 2^53-1, the range in which JSON numbers are exact. Used for seeds, which can exceed Int.',
  serialize: safeInt,
  ...parsers(safeInt),
});

builder.scalarType('File', {
  description:
    'An image file. In a multipart request (GraphQL multipart request specification), a part of the request. In a JSON request, for small images, a `data:` URL in base64, for example `data:image/png;base64,iVBORw0…`.',
  specifiedByURL: 'https://github.com/jaydenseric/graphql-multipart-request-spec',
  serialize: () => {
    throw new GraphQLError('File is an input type; it cannot be returned.');
  },
  ...parsers((value) => {
    if (isUploadedFile(value)) return value;
    const inline = typeof value === 'string' ? readDataUrl(value) : undefined;
    if (inline) return inline;
    throw new GraphQLError(
      'File must be a part of a multipart request (map it to this variable), or a data: URL in base64.',
    );
  }),
});

function safeInt(value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  throw new GraphQLError('SafeInt must be an integer from -(2^53-1) to 2^53-1.');
}

const isUploadedFile = (value: unknown): value is UploadedFile =>
  typeof value === 'object' &&
  value !== null &&
  'arrayBuffer' in value &&
  typeof value.arrayBuffer === 'function' &&
  'size' in value &&
  typeof value.size === 'number' &&
  'name' in value &&
  typeof value.name === 'string';

/** Decodes a `data:` URL in base64 (RFC 2397); undefined for any other text. */
function readDataUrl(url: string): UploadedFile | undefined {
  const data = /^data:[\w.+-]+\/[\w.+-]+;base64,([A-Za-z0-9+/]*={0,2})$/.exec(url)?.[1];
  if (data === undefined) return undefined;
  const bytes = new Uint8Array(Buffer.from(data, 'base64'));
  return { name: 'inline', size: bytes.byteLength, arrayBuffer: async () => bytes.buffer };
}

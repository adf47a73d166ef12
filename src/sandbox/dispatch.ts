import type { OperationId } from '../contract/contract.ts';
import { ApiError } from './api-error.ts';
import type { BodyOf, Call, Handlers } from './handler.ts';
import { readBody, requireContentType } from './request-body.ts';
import type { Match } from './router.ts';
import type { Validate } from './validation.ts';

/** Maximum sizes of request bodies, in bytes. */
export interface BodyLimits {
  image: number;
  json: number;
}

/** Reads and validates a request, and calls the operation's handler. */
export type Dispatch = (
  match: Match,
  request: Request,
  from: { owner: string; url: URL; origin: string },
) => Promise<Response>;

/** Creates a dispatcher for a table of handlers. */
export function createDispatch(handlers: Handlers, validate: Validate, limits: BodyLimits): Dispatch {
  const dispatch = async <Id extends OperationId>(id: Id, call: Call<Id>) => {
    const result = await handlers[id](call);
    return result instanceof Response ? result : Response.json(result);
  };

  const readValidatedBody = async ({ operation: { body } }: Match, request: Request): Promise<unknown> => {
    if (body.kind === 'none') return undefined;
    if (body.kind === 'bytes') {
      requireContentType(request, 'application/octet-stream');
      return readBody(request, limits.image);
    }
    requireContentType(request, 'application/json');
    const json = parseJson(await readBody(request, limits.json));
    validate(body.schema, json);
    return json;
  };

  return async (match, request, { owner, url, origin }) => {
    const query = Object.fromEntries(
      match.operation.query.flatMap((name) => {
        const value = url.searchParams.get(name);
        return value === null ? [] : [[name, value]];
      }),
    );
    // The router and the validator have checked the values against the contract, so the casts are sound.
    const path = match.parameters as Call<OperationId>['path'];
    const body = (await readValidatedBody(match, request)) as BodyOf<OperationId>;
    return dispatch(match.id, { owner, origin, path, query, body } as Call<OperationId>);
  };
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw new ApiError(400, `The body must be JSON: ${error instanceof Error ? error.message : error}.`);
  }
}

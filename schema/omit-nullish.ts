/** A request for the upstream: only what the caller said, under the contract's own names. */
export function omitNullish<Request extends object>(
  fields: { [Field in keyof Request]: Request[Field] | null | undefined },
): Request {
  // What is left has the request's own names and, without the gaps, its types.
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== null && value !== undefined),
  ) as Request;
}

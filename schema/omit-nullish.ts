/** Builds an upstream request from optional fields: omits those that are null or undefined. */
export function omitNullish<Request extends object>(
  fields: { [Field in keyof Request]: Request[Field] | null | undefined },
): Request {
  // Without null and undefined, the fields have the types of the request.
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== null && value !== undefined),
  ) as Request;
}

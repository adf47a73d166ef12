/** Global ids in the gateway's format, so that all responses can be compared. */
export const globalId = (kind, id) => Buffer.from(`${kind}:${id}`).toString('base64url');

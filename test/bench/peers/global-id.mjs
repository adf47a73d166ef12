/** Ids as the gateway gives them out, so that all answers can be compared. */
export const globalId = (kind, id) => Buffer.from(`${kind}:${id}`).toString('base64url');

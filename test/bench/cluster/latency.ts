/** Time until a response of the upstream, in milliseconds. */
export const LATENCY = 30;

/** Prefix of the gateway's own metrics. Those of Node.js and of the process have the names that Prometheus clients share. */
export const PREFIX = 'flair_gateway_';

/** Upper bounds of the durations of requests, in seconds, as OpenTelemetry recommends them, up to the default timeout. */
export const DURATIONS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

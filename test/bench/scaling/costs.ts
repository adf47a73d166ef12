/** Measured costs from which the example is computed; docs/scaling.md describes the measurements. */
export const COSTS = {
  /** Resident memory of a subscriber with a socket of its own, before a garbage collection, in bytes. */
  subscriberBytes: 51.5 * 1_024,
  /** Resident memory of a process without subscribers, in bytes. */
  processBytes: 107 * 1_048_576,
  /** CPU time of a gateway, in microseconds. */
  cpu: {
    /** Sending one event to one subscriber. */
    event: 80,
    /** A new subscription with its socket and first event. */
    subscription: 1_700,
    /** A message of another process: receipt, decryption and decoding. */
    message: 40,
    /** A poll: the request, its response and the comparison. */
    poll: 1_000,
  },
  /** CPU time of Redis, in microseconds: batched under load, and one by one. */
  redis: {
    command: [2, 7],
    /** One message to one of its receivers. */
    delivery: [1.7, 14],
  },
  /** Commands of Redis per second without any subscriber, including those inside scripts. */
  commands: {
    /** A process: probes, beats, and looking for tasks. */
    process: 22,
    /** A watched key: the lock of its task. Its beats are part of the simulation. */
    key: 6,
    /** A new subscription: its rates. The messages are part of the simulation. */
    subscription: 7,
  },
  /** Time for which the state of a running job is stored after its last change, in seconds. */
  stateSeconds: 60,
} as const;

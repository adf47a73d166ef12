/** Keys, jobs and subscribers of a cluster of gateways. Times are in milliseconds. */
export interface Scenario {
  /** Number of API keys. */
  keys: number;
  /** Running jobs that each key watches at any time. */
  jobsPerKey: number;
  /** Subscribers of each job. They subscribe when it starts, and leave when it ends. */
  subscribersPerJob: number;
  /** Processes over which the subscribers of one key are distributed. */
  processesPerKey: number;
  /** Mean duration of a job. */
  duration: number;
  /** Changes of a job after its first state; the last one is its end. */
  changes: number;
  /** Time within which the subscribers of a new job subscribe. */
  joinWithin: number;
  /** Period in which polls settle, and the following one, whose figures are counted. */
  warmUp: number;
  period: number;
}

/** Number of processes of the example: each has 10,000 sockets, the default of `MAX_SOCKETS`. */
export const PROCESSES = 100;
/** Processes of one key if the load balancer chooses them by the key. */
const PROCESSES_BY_KEY = 4;
/** Number of keys that a test simulates again. */
export const CHECKED_KEYS = 3;

/** 1,000,000 subscribers of 50,000 jobs of 500 keys. */
export const EXAMPLE: Scenario = {
  keys: 500,
  jobsPerKey: 100,
  subscribersPerJob: 20,
  processesPerKey: PROCESSES,
  duration: 300_000,
  changes: 2,
  joinWithin: 2_000,
  warmUp: 20_000,
  period: 60_000,
};

/** The example with two kinds of load balancing. */
export const VARIANTS: readonly { title: string; scenario: Scenario }[] = [
  { title: 'any process', scenario: EXAMPLE },
  { title: `${PROCESSES_BY_KEY} processes per key`, scenario: { ...EXAMPLE, processesPerKey: PROCESSES_BY_KEY } },
];

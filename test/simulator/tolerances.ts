/** The gateway's settings, and the times within which it must react. All times are in milliseconds. */

/** Grace period after the last subscriber. */
export const GRACE_PERIOD = 3_000;
/** Deadline of requests to the upstream. */
export const REQUEST_TIMEOUT = 10_000;

/** Maximum poll intervals, by kind of job; a fifth is added as jitter. */
export const INTERVALS = { Prediction: 5_000 * 1.2, Training: 15_000 * 1.2 } as const;
/** Time by which a repeated read of a list may be late. */
export const LIST_SLACK = 3_000;

/** Time to process a response. Everything that takes no simulated time fits into it. */
export const SLACK = 500;
/** Time after a fault in which the gateway returns to its usual rate. */
export const RECOVERY = 25_000;
/** Time after a fault of a replica in which another one, or each alone, takes over and its polls return to their usual rate. */
export const TAKEOVER = 25_000;
/** Time for which jobs are polled for a replica that was killed or disconnected. */
export const PRESENCE = 34_000;
/** Time within which a subscriber without an event learns of an outage. */
export const OUTAGE_NOTICE = 5_000 + SLACK;
/** Time within which subscribers see the effect of a write, besides that of two reads. */
export const WRITE_VISIBLE = 500;
/** Time within which a second read confirms that a job is missing. */
export const CONFIRMATION = 2_000 + SLACK;
/** Time for which the state of a finished job is cached. */
export const FINISHED_CACHE = 60_000;
/** Maximum time for which polls continue after the last subscriber. */
export const UNWATCHED_POLLS = 0;
/** Time after which a subscription without an event is answered. */
export const UNANSWERED = 5_000;
/** Length of the windows in which polls are counted. */
export const BUDGET_WINDOW = 1_000;

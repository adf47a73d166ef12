/** Limits of uploads. */
export interface UploadLimits {
  /** Maximum size of a request body without files, in bytes. */
  operationBytes: number;
  /** Maximum number of files in one multipart request. */
  files: number;
  /** Maximum size of a multipart request body, in bytes. */
  bytes: number;
  /** Maximum number of bodies with files received concurrently, multipart and tickets together. Others wait unread. */
  concurrentBodies: number;
  /** Maximum number of multipart files sent to the upstream concurrently. Each is in memory for that time. */
  concurrentUpstreamFiles: number;
  /** Maximum width times height of an image. */
  pixels: number;
  /** Maximum time to receive a body, in milliseconds. */
  receiveMilliseconds: number;
}

export const defaultUploadLimits: UploadLimits = {
  operationBytes: 262_144,
  files: 20,
  bytes: 210_763_776,
  concurrentBodies: 16,
  concurrentUpstreamFiles: 4,
  pixels: 100_000_000,
  receiveMilliseconds: 120_000,
};

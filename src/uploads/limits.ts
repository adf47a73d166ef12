/** How much may be uploaded. */
export interface UploadLimits {
  /** The body of a request without files, in bytes. */
  operationBytes: number;
  /** Files that one request may hold. */
  files: number;
  /** What one request may hold altogether, in bytes. */
  bytes: number;
  /** Bodies with files that are received at once, multipart and tickets alike. Others wait before anything of theirs is read. */
  atOnce: number;
  /** Files of multipart requests that are sent to the upstream at once. Each is held in memory for as long. */
  upstreamAtOnce: number;
  /** The largest picture, width times height. */
  pixels: number;
  /** Time to receive a whole body, in milliseconds. */
  milliseconds: number;
}

export const defaultUploadLimits: UploadLimits = {
  operationBytes: 262_144,
  files: 20,
  bytes: 210_763_776,
  atOnce: 16,
  upstreamAtOnce: 4,
  pixels: 100_000_000,
  milliseconds: 120_000,
};

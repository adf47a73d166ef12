/** How pictures are read and kept. */
export interface ImageLimits {
  /**
   * Hosts from which pictures are fetched even if they are private, speak plain HTTP or listen on other ports: `host` for
   * any port, `host:port` for one.
   */
  hosts: readonly string[];
  /** Memory for resized and re-encoded copies, in bytes. */
  cacheBytes: number;
  /** Memory for decoding, resizing and encoding, of all images together, in bytes. */
  decodeBytes: number;
  /** Originals that are streamed from the upstream at once, of all credentials. */
  streams: number;
  /** How long a client may take nothing of an image that is sent to it, in milliseconds. */
  stallMilliseconds: number;
  /** The largest picture that is decoded, width times height. */
  pixels: number;
}

export const defaultImageLimits: ImageLimits = {
  hosts: [],
  cacheBytes: 64 * 1_048_576,
  decodeBytes: 160 * 1_048_576,
  streams: 64,
  stallMilliseconds: 60_000,
  pixels: 100_000_000,
};

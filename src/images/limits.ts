/** Limits of reading, decoding and caching images. */
export interface ImageLimits {
  /**
   * Hosts from which images are fetched even if their addresses are private, or they use plain HTTP or other ports:
   * `host` for any port, `host:port` for a single one.
   */
  hosts: readonly string[];
  /** Maximum size of the variant cache, in bytes. */
  cacheBytes: number;
  /** Memory budget for decoding, resizing and encoding all images, in bytes. */
  decodeBytes: number;
  /** Maximum number of originals streamed from the upstream concurrently, for all credentials. */
  streams: number;
  /** Maximum time for which a client may read nothing of an image that is sent to it, in milliseconds. */
  stallMilliseconds: number;
  /** Maximum width times height of an image that is decoded. */
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

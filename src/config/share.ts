import type { Config } from './config.ts';

/**
 * The configuration of one of several worker processes on a machine. The limits of memory and of concurrent work apply to
 * all workers together, so that each gets an equal part. Limits of a key or an address are not divided.
 */
export function shareOf(config: Config, workers: number): Config {
  const part = (total: number) => Math.ceil(total / workers);
  const { rates, unsent, uploads, images } = config;
  return Object.freeze({
    ...config,
    rates: { ...rates, socketsInTotal: part(rates.socketsInTotal) },
    // A single socket may use its own maximum in any worker.
    unsent: { ...unsent, inTotal: Math.max(part(unsent.inTotal), unsent.perSocket) },
    uploads: {
      ...uploads,
      concurrentBodies: part(uploads.concurrentBodies),
      concurrentUpstreamFiles: part(uploads.concurrentUpstreamFiles),
    },
    images: { ...images, cacheBytes: part(images.cacheBytes), streams: part(images.streams) },
  });
}

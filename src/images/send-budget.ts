import { createSemaphore, type Semaphore, shareOf } from '../util/semaphore.ts';

/** An image in memory. */
interface InMemory {
  readonly bytes: Buffer;
}

/** An image in memory, and what gives its room back when it has been sent. */
export interface HeldImage<Image> {
  readonly image: Image;
  readonly release: () => void;
}

interface Reservation {
  users: number;
  readonly release: () => void;
}

/**
 * Room for images in memory that are being sent, shared fairly between owners: a slow client keeps the bytes for as long as
 * it reads, also when the cache has evicted them.
 */
export class SendBudget {
  readonly #rooms: Semaphore;
  readonly #each: number;
  readonly #held = new Map<Buffer, Reservation>();

  /** @param total How much there may be, in bytes. A longer image takes as much as one owner may have. */
  constructor(total: number) {
    this.#each = shareOf(total);
    this.#rooms = createSemaphore({ total, each: this.#each });
  }

  /**
   * Gets an image, and takes room for it; one that many send at the same time takes room once. Where there is none, it waits
   * without the image, and gets it again then.
   *
   * @throws What `get` throws; the signal's reason when it aborts.
   */
  async acquire<Image extends InMemory>(
    owner: string,
    signal: AbortSignal,
    get: () => Promise<Image>,
  ): Promise<HeldImage<Image>> {
    for (;;) {
      const found = await this.#try(owner, get);
      if (typeof found !== 'number') return found;
      const leaveRoom = await this.#rooms.acquire(owner, signal, found);
      const again = await get().catch((error: unknown) => {
        leaveRoom();
        throw error;
      });
      if (!this.#held.has(again.bytes) && this.#roomFor(again) === found) return this.#begin(again, leaveRoom);
      leaveRoom();
    }
  }

  /** The image, if it can be sent now; otherwise how much room it takes. */
  async #try<Image extends InMemory>(owner: string, get: () => Promise<Image>): Promise<HeldImage<Image> | number> {
    const image = await get();
    const hold = this.#held.get(image.bytes);
    if (hold) return this.#join(image, hold);
    const room = this.#roomFor(image);
    const leaveRoom = this.#rooms.tryEnter(owner, room);
    return leaveRoom ? this.#begin(image, leaveRoom) : room;
  }

  #roomFor({ bytes }: InMemory): number {
    return Math.min(bytes.byteLength, this.#each);
  }

  #begin<Image extends InMemory>(image: Image, leaveRoom: () => void): HeldImage<Image> {
    const hold = { users: 0, release: leaveRoom };
    this.#held.set(image.bytes, hold);
    return this.#join(image, hold);
  }

  #join<Image extends InMemory>(image: Image, hold: Reservation): HeldImage<Image> {
    hold.users++;
    let isHere = true;
    return {
      image,
      release: () => {
        if (!isHere) return;
        isHere = false;
        if (--hold.users > 0) return;
        this.#held.delete(image.bytes);
        hold.release();
      },
    };
  }
}

import { useState } from 'react';
import './picture.css';

interface PictureProps {
  src: string | undefined;
  alt: string;
  /** Width divided by height, which reserves the space. @default 1 */
  ratio?: number;
  /** How the image fills the space. @default cover */
  fit?: 'cover' | 'contain';
  /** Called when the image cannot be loaded, for example because its URL has expired. */
  onExpired?: (() => void) | undefined;
}

/** An image in a space of fixed proportions: nothing moves when it appears. */
export function Picture({ src, alt, ratio = 1, fit = 'cover', onExpired }: PictureProps) {
  const [shown, setShown] = useState<string>();
  const [failed, setFailed] = useState<string>();
  return (
    <span
      className="picture"
      data-state={!src ? 'none' : failed === src ? 'failed' : shown === src ? 'shown' : 'loading'}
      style={{ aspectRatio: ratio }}
    >
      {src && failed !== src && (
        <img
          src={src}
          alt={alt}
          loading="lazy"
          decoding="async"
          style={{ objectFit: fit }}
          onLoad={() => setShown(src)}
          onError={() => {
            setFailed(src);
            onExpired?.();
          }}
        />
      )}
      {failed === src && src && <span className="picture-failed">This image could not be loaded.</span>}
    </span>
  );
}

import { BackIcon, CloseIcon, DownloadIcon, NextIcon } from './icons.tsx';
import { useModal } from './use-modal.ts';
import './lightbox.css';

interface ShownImage {
  large: string;
  original: string;
  alt: string;
}

interface LightboxProps {
  images: readonly ShownImage[];
  index: number;
  onIndex: (index: number) => void;
  onClose: () => void;
}

/** One image as large as the window. The arrow keys show the others. */
export function Lightbox({ images, index, onIndex, onClose }: LightboxProps) {
  const element = useModal();
  const image = images[index];
  const move = (step: number) => onIndex((index + step + images.length) % images.length);
  return (
    <dialog
      ref={element}
      className="lightbox"
      aria-label={image?.alt ?? 'Image'}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onKeyDown={({ key }) => {
        if (images.length > 1 && key === 'ArrowLeft') move(-1);
        if (images.length > 1 && key === 'ArrowRight') move(1);
      }}
    >
      {image && <img src={image.large} alt={image.alt} />}
      <div className="lightbox-tools">
        {images.length > 1 && (
          <>
            <button type="button" className="icon-button" aria-label="Previous image" onClick={() => move(-1)}>
              <BackIcon />
            </button>
            <span className="numbers" role="status">
              {index + 1} / {images.length}
            </span>
            <button type="button" className="icon-button" aria-label="Next image" onClick={() => move(1)}>
              <NextIcon />
            </button>
          </>
        )}
        {image && (
          <a
            className="icon-button"
            href={image.original}
            download
            target="_blank"
            rel="noreferrer"
            aria-label="Download"
          >
            <DownloadIcon />
          </a>
        )}
        <button type="button" className="icon-button" aria-label="Close image" onClick={onClose}>
          <CloseIcon />
        </button>
      </div>
    </dialog>
  );
}

import type { ReactNode } from 'react';

/** Draws a decorative icon of 20 × 20 units with strokes in the color of the text. */
const icon = (paths: ReactNode) => () => (
  <svg
    className="icon"
    viewBox="0 0 20 20"
    fill="none"
    stroke="currentColor"
    strokeWidth="1.5"
    strokeLinecap="round"
    strokeLinejoin="round"
    aria-hidden="true"
    focusable="false"
  >
    {paths}
  </svg>
);

export const ModelsIcon = icon(
  <>
    <rect x="3" y="3" width="6" height="8" />
    <rect x="11" y="3" width="6" height="5" />
    <rect x="3" y="13.5" width="6" height="3.5" />
    <rect x="11" y="10.5" width="6" height="6.5" />
  </>,
);
export const CreateIcon = icon(<path d="M10 2.5 12 8l5.5 2-5.5 2-2 5.5L8 12l-5.5-2L8 8Z" />);
export const HistoryIcon = icon(
  <>
    <circle cx="10" cy="10" r="7" />
    <path d="M10 6v4.2l2.8 1.7" />
  </>,
);
export const JobsIcon = icon(<path d="M3 6h14M3 10h9M3 14h11" />);
export const KeyIcon = icon(
  <>
    <circle cx="7" cy="13" r="3.5" />
    <path d="m9.6 10.4 6.9-6.9M13.5 6.5 16 9" />
  </>,
);
export const ActivityIcon = icon(<path d="M2.5 10.5h3.5L8 4.5l4 11 2-5h3.5" />);
export const CodeIcon = icon(<path d="m7 6-4 4 4 4M13 6l4 4-4 4" />);
export const CloseIcon = icon(<path d="m5 5 10 10M15 5 5 15" />);
export const BackIcon = icon(<path d="M12 4.5 6.5 10l5.5 5.5" />);
export const NextIcon = icon(<path d="M8 4.5 13.5 10 8 15.5" />);
export const AddIcon = icon(<path d="M10 4v12M4 10h12" />);
export const TrashIcon = icon(<path d="M4 6h12M8 6V4h4v2M5.5 6l.8 10.5h7.4L14.5 6" />);
export const AgainIcon = icon(<path d="M15.5 8A6 6 0 1 0 16 11.5M16 4.5V8h-3.5" />);
export const EditIcon = icon(<path d="M4 16v-3l8.5-8.5 3 3L7 16Z" />);
export const UploadIcon = icon(<path d="M10 13V4M6.5 7 10 3.5 13.5 7M4 13v3h12v-3" />);
export const DownloadIcon = icon(<path d="M10 4v9M6.5 9.5 10 13l3.5-3.5M4 16.5h12" />);
export const LightIcon = icon(
  <>
    <circle cx="10" cy="10" r="3.2" />
    <path d="M10 2.5v1.8M10 15.7v1.8M2.5 10h1.8M15.7 10h1.8M4.7 4.7 6 6M14 14l1.3 1.3M15.3 4.7 14 6M6 14l-1.3 1.3" />
  </>,
);
export const DarkIcon = icon(<path d="M16.5 12A7 7 0 1 1 8 3.5a5.6 5.6 0 0 0 8.5 8.5Z" />);
export const DiceIcon = icon(
  <>
    <rect x="3.5" y="3.5" width="13" height="13" rx="1.5" />
    <path d="M7.2 7.2h.01M12.8 7.2h.01M10 10h.01M7.2 12.8h.01M12.8 12.8h.01" strokeWidth="2" />
  </>,
);

/** The mark of Studio. */
export const Mark = () => (
  <svg className="mark" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
    <path d="M8 .8 15.2 8 8 15.2.8 8Z" fill="currentColor" />
  </svg>
);

import { useEffect, useRef } from 'react';

interface EndOfListProps {
  hasMore: boolean;
  isLoading: boolean;
  onMore: () => void;
}

/** Loads the next page before the user reaches the end of a list. Its button works without scrolling. */
export function EndOfList({ hasMore, isLoading, onMore }: EndOfListProps) {
  const element = useRef<HTMLDivElement>(null);
  const load = useRef(onMore);
  load.current = onMore;
  useEffect(() => {
    if (!element.current || !hasMore || isLoading) return;
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting) load.current();
      },
      { rootMargin: '600px' },
    );
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [hasMore, isLoading]);
  if (!hasMore) return null;
  return (
    <div ref={element} className="end-of-list">
      <button type="button" className="button" disabled={isLoading} onClick={onMore}>
        {isLoading ? 'Loading…' : 'Show more'}
      </button>
    </div>
  );
}

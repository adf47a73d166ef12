import { expect, test, vi } from 'vitest';
import { findChromium } from './chromium.ts';

test('a machine without Chromium is told how to get it, in one line', () => {
  const log = vi.spyOn(console, 'log').mockReturnValue();

  expect(findChromium({ PATH: '/nowhere' })).toBeUndefined();
  expect(log.mock.calls).toEqual([[expect.stringContaining('apt-get install chromium')]]);
  log.mockRestore();
});

test('where CI is true, absence is a failure', () => {
  expect(() => findChromium({ PATH: '/nowhere', CI: 'true' })).toThrow('apt-get install chromium');
});

test('CHROMIUM_PATH goes before the PATH', () => {
  expect(findChromium({ PATH: '/usr/bin', CHROMIUM_PATH: '/opt/chromium' })).toBe('/opt/chromium');
});

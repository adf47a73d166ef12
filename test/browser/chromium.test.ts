import { expect, test, vi } from 'vitest';
import { findChromium } from './chromium.ts';

test('without Chromium, one line explains how to install it', () => {
  const log = vi.spyOn(console, 'log').mockReturnValue();

  expect(findChromium({ PATH: '/nowhere' })).toBeUndefined();
  expect(log.mock.calls).toEqual([[expect.stringContaining('apt-get install chromium')]]);
  log.mockRestore();
});

test('without Chromium, an error is thrown if CI is true', () => {
  expect(() => findChromium({ PATH: '/nowhere', CI: 'true' })).toThrow('apt-get install chromium');
});

test('CHROMIUM_PATH takes precedence over PATH', () => {
  expect(findChromium({ PATH: '/usr/bin', CHROMIUM_PATH: '/opt/chromium' })).toBe('/opt/chromium');
});

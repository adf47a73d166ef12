/** `npm run screenshot`: draws the pages in `docs/images/` with the built program, its demo data and Chromium. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import sharp from 'sharp';

const root = fileURLToPath(new URL('..', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'flair-screenshot-'));
const gateway = spawn(process.execPath, [join(root, 'dist/main.js')], {
  cwd: directory,
  env: { ...process.env, PORT: '0', LOG_FORMAT: 'json', SANDBOX_STORAGE: 'memory', DRAIN_SECONDS: '0' },
  stdio: ['ignore', 'pipe', 'inherit'],
});

try {
  let url: string | undefined;
  for await (const line of createInterface({ input: gateway.stdout })) {
    url = (JSON.parse(line) as { url?: string }).url;
    if (url) break;
  }
  if (!url) throw new Error('The gateway did not print its URL. Run: npm run build');
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: ['--headless=new', '--no-sandbox', '--disable-gpu'],
  });
  const page = await browser.newPage({ viewport: { width: 1440, height: 810 }, colorScheme: 'light' });
  const save = async (name: string) => {
    const image = await sharp(await page.screenshot())
      .webp({ quality: 82 })
      .toBuffer();
    writeFileSync(join(root, 'docs/images', name), image);
  };
  await page.goto(new URL('/studio', url).href);
  await page.getByText('Running').first().waitFor();
  await page.waitForFunction(() => [...document.images].every(({ complete }) => complete));
  await save('studio.webp');
  await page.goto(url);
  await page.getByRole('button', { name: /execute query/i }).click();
  await page.locator('.result-window').getByText('displayName').first().waitFor();
  await save('graphiql.webp');
  await browser.close();
} finally {
  gateway.kill();
  await once(gateway, 'exit');
  rmSync(directory, { recursive: true });
}

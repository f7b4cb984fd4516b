// What Lighthouse says of the pages of a running `koppelklaar demo`, those of a school and of Kurve signed in, as rows
// for docs/lighthouse.md. In a folder of its own: npm install lighthouse@12 puppeteer-core@24, then
// node lighthouse.mjs http://127.0.0.1:8080 contact@address (a contact that the demo printed)
import lighthouse, { desktopConfig } from 'lighthouse';
import puppeteer from 'puppeteer-core';

const [base, contact] = process.argv.slice(2);
const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const browser = await puppeteer.launch({ executablePath, args: ['--no-sandbox'] });
console.error(await browser.version());

async function asSchool(page) {
  await page.goto(`${base}/inloggen`);
  await page.type('[name=email]', contact);
  await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')]);
  const mails = await browser.newPage();
  let code;
  for (let tries = 0; !code && tries < 50; tries += 1) {
    await mails.goto(`${base}/demo/post`);
    const href = await mails.$$eval('tr[data-mail]', (rows, to) =>
      rows.find((row) => row.textContent.includes(to))?.querySelector('a').href, contact);
    if (href) await mails.goto(href);
    code = (await mails.$eval('[data-mail-text]', (text) => text.innerText).catch(() => '')).match(/\b\d{4} ?\d{4}\b/)?.[0];
  }
  await mails.close();
  await page.type('[name=code]', code);
  await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')]);
  return new URL(page.url()).pathname;
}

async function asKurve(page) {
  await page.goto(`${base}/demo/codes`);
  const code = await page.$eval('[data-code]', (cell) => cell.textContent.replace(/\s/g, ''));
  const [email, password] = (process.env.KURVE ?? 'eva@kurve.example:vier paarse paraplus').split(':');
  await page.goto(`${base}/beheer/inloggen`);
  await page.type('[name=email]', email);
  await page.type('[name=password]', password);
  await page.type('[name=code]', code);
  await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')]);
}

const rounds = [
  [null, ['/', '/optie-b', '/aanmelden', '/inloggen']],
  [asSchool, ['/school/{…}', '/school/{…}/stap/permissions_checked', '/school/{…}/stap/query_executed']],
  [asKurve, ['/beheer', '/beheer/scholen', '/beheer/verbindingen', '/beheer/post', '/beheer/inzicht']],
];
for (const [signIn, paths] of rounds) {
  let overview;
  if (signIn) {
    const page = await browser.newPage();
    overview = await signIn(page);
    await page.close();
  }
  for (const named of paths) {
    const path = named.replace('/school/{…}', overview);
    const scores = [];
    for (const config of [undefined, desktopConfig]) {
      const page = await browser.newPage();
      const { lhr } = await lighthouse(base + path, { disableStorageReset: true }, config, page);
      await page.close();
      const score = (name) => Math.round((lhr.categories[name]?.score ?? NaN) * 100);
      scores.push(['performance', 'accessibility', 'best-practices', 'seo'].map(score));
      for (const audit of Object.values(lhr.audits)) {
        if (audit.score !== null && audit.score < 1 && audit.scoreDisplayMode === 'binary') console.error(path, audit.id);
      }
      if (new URL(lhr.finalDisplayedUrl).pathname !== path) console.error(path, 'led to', lhr.finalDisplayedUrl);
    }
    const cells = scores[0].map((score, index) => `${score}, ${scores[1][index]}`);
    console.log(`| \`${named}\` | ${cells.join(' | ')} |`);
  }
}
await browser.close();

// Turns HTML files into PDF or JPEG: `electron print-app jobs.json`, where jobs.json is [{ html, out, size? }] with
// absolute paths; with a size in pixels the page becomes a picture.
const { readFileSync, writeFileSync } = require('node:fs');
const { app, BrowserWindow, session } = require('electron');

const JPEG_QUALITY = 38;
const jobs = JSON.parse(readFileSync(process.argv.at(-1), 'utf8'));
const webPreferences = { sandbox: true, contextIsolation: true, javascript: false, spellcheck: false };

app.disableHardwareAcceleration();

async function print(window, { html, out }) {
  await window.loadFile(html);
  const options = { preferCSSPageSize: true, printBackground: true, generateTaggedPDF: true };
  writeFileSync(out, await window.webContents.printToPDF(options));
}

async function photograph({ html, out, size }) {
  const window = new BrowserWindow({
    show: false,
    useContentSize: true,
    enableLargerThanScreen: true,
    width: size.width,
    height: size.height,
    webPreferences: { ...webPreferences, offscreen: true },
  });
  window.setContentSize(size.width, size.height);
  const painted = new Promise((resolve) => {
    let last;
    let timer;
    // The picture is complete once nothing new has been painted for a while.
    window.webContents.on('paint', (_event, _dirty, image) => {
      last = image;
      clearTimeout(timer);
      timer = setTimeout(() => resolve(last), 700);
    });
  });
  await window.loadFile(html);
  writeFileSync(out, (await painted).toJPEG(JPEG_QUALITY));
  window.destroy();
}

async function run() {
  session.defaultSession.webRequest.onBeforeRequest((details, callback) =>
    callback({ cancel: !/^(file|data|devtools):/u.test(details.url) }),
  );
  const window = new BrowserWindow({ show: false, webPreferences });
  for (const job of jobs) await (job.size === undefined ? print(window, job) : photograph(job));
}

app
  .whenReady()
  .then(run)
  .then(
    () => app.exit(0),
    (error) => {
      console.error(error);
      app.exit(1);
    },
  );

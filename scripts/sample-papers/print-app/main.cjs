// Prints HTML files to PDF: `electron print-app jobs.json`, where jobs.json is [{ html, pdf }] with absolute paths.
const { readFileSync, writeFileSync } = require('node:fs');
const { app, BrowserWindow, session } = require('electron');

const jobs = JSON.parse(readFileSync(process.argv.at(-1), 'utf8'));

async function print() {
  session.defaultSession.webRequest.onBeforeRequest((details, callback) =>
    callback({ cancel: !/^(file|data|devtools):/u.test(details.url) }),
  );
  const window = new BrowserWindow({
    show: false,
    webPreferences: { sandbox: true, contextIsolation: true, javascript: false, spellcheck: false },
  });
  for (const { html, pdf } of jobs) {
    await window.loadFile(html);
    const bytes = await window.webContents.printToPDF({
      preferCSSPageSize: true,
      printBackground: true,
      generateTaggedPDF: true,
    });
    writeFileSync(pdf, bytes);
  }
}

app
  .whenReady()
  .then(print)
  .then(
    () => app.exit(0),
    (error) => {
      console.error(error);
      app.exit(1);
    },
  );

import '@fontsource-variable/inter/wght.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import './app.css';
import { Application } from './application.tsx';
import { startI18n } from './i18n.ts';

await startI18n('vi');
// A file dropped beside its place must not replace the application.
for (const event of ['dragover', 'drop'] as const) {
  window.addEventListener(event, (drag) => drag.preventDefault());
}
const root = document.getElementById('root');
if (root === null) throw new Error('The page has no element to draw in');
createRoot(root).render(
  <StrictMode>
    <Application />
  </StrictMode>,
);

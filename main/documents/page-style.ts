/** Width of the sheet on screen with some air, CSS pixels. */
const SHEET = 830;
const STEP = 40;

/**
 * Makes the whole sheet fit a narrow frame. A style sheet can't divide one width by another, so it goes in steps.
 */
function fittingZoom(): string {
  const widths = Array.from({ length: 13 }, (_, index) => SHEET - index * STEP);
  return widths
    .map(
      (width) =>
        `@media screen and (max-width: ${width}px) { body { zoom: ${((width - STEP) / SHEET).toFixed(3)}; } }\n`,
    )
    .join('');
}

/**
 * The look of official documents: Decree 30/2020/ND-CP, annex I. A4; margins 20 mm top, bottom and right, 30 mm left;
 * body 14 pt, justified, first line indented 12.7 mm, 6 pt between paragraphs. On screen the same document is one long
 * sheet. Page numbers are added after printing (see `printed-document.ts`): Chromium below 131 has no margin boxes, and its own
 * header can't leave page 1 out.
 */
export const PAGE_STYLE = `
@page { size: A4 portrait; margin: 20mm 20mm 20mm 30mm; }
* { box-sizing: border-box; }
html { background: #fff; color: #000; -webkit-print-color-adjust: exact; print-color-adjust: exact; }
body { margin: 0; font: 14pt/1.3 Tinos, "Times New Roman", "Liberation Serif", serif; font-kerning: normal; }
p { margin: 0 0 6pt; text-align: justify; text-indent: 12.7mm; orphans: 2; widows: 2; overflow-wrap: break-word; }
h1, h2, h3 { margin: 0; font-size: 14pt; font-weight: 700; break-after: avoid; }
table { border-collapse: collapse; }

.letterhead { display: grid; grid-template-columns: 42fr 58fr; margin-bottom: 14pt; }
.letterhead p { margin: 0; text-align: center; text-indent: 0; text-wrap: balance; }
.letterhead .agency { padding-right: 4mm; }
.letterhead .parent, .letterhead .name, .letterhead .republic { font-size: 12pt; }
.letterhead .name, .letterhead .republic, .letterhead .motto { font-weight: 700; }
.letterhead .republic { white-space: nowrap; }
.letterhead .motto { font-size: 13pt; }
.letterhead span { display: inline-block; position: relative; padding-bottom: 3pt; margin-bottom: 5pt; }
.letterhead .motto span { border-bottom: 0.75pt solid #000; }
.letterhead .name span::after { content: ""; position: absolute; left: 30%; right: 30%; bottom: 0; border-bottom: 0.75pt solid #000; }
.letterhead .number { font-size: 13pt; }
.letterhead .place-date { font-size: 13pt; font-style: italic; }

.title { margin: 6pt 0 14pt; text-align: center; break-after: avoid; }
.title h1, .title p { text-align: center; text-indent: 0; text-wrap: balance; margin: 0; }
.title p { font-weight: 700; }
.title .plain { font-weight: 400; font-style: italic; }
.title::after { content: ""; display: block; width: 30%; margin: 4pt auto 0; border-bottom: 0.75pt solid #000; }

.heading, h2, h3 { font-weight: 700; text-indent: 12.7mm; margin: 0 0 6pt; break-after: avoid; }
h2 { margin-top: 10pt; }
h3 { font-style: italic; }
section + h3 { margin-top: 6pt; }
.dash, .numbered { text-indent: 12.7mm; }
.level-2 { margin-left: 7mm; }
.level-3 { margin-left: 14mm; }
.motion { margin: 0 0 6pt; }
.motion > p:first-child { break-after: avoid; }
.options { margin: 0 0 6pt 12.7mm; break-inside: avoid; }
.options td { padding: 1pt 8mm 1pt 0; vertical-align: top; }
.options .count { text-align: right; padding-right: 2mm; }

.keep { break-inside: avoid; }
.signatures { display: grid; grid-template-columns: 1fr 1fr; margin-top: 10pt; break-inside: avoid; break-before: avoid; }
.signatures p { text-align: center; text-indent: 0; margin: 0; }
.signatures .role { font-weight: 700; }
.signatures .note { font-size: 13pt; font-style: italic; }
.signatures .name { font-weight: 700; }
.sign-place { display: block; width: 70mm; height: 30mm; margin: 1mm auto; }

.recipients { margin-top: 10pt; break-inside: avoid; }
.recipients p { font-size: 11pt; text-align: left; text-indent: 0; margin: 0; line-height: 1.15; }
.recipients .heading { font-size: 12pt; font-style: italic; }

.letter-foot { display: grid; grid-template-columns: 1fr 1fr; margin-top: 12pt; break-inside: avoid; }
.letter-foot .recipients { margin-top: 0; }
.letter-foot .signatures { display: block; margin-top: 0; }
.invited { text-align: left; text-indent: 0; padding-left: 25mm; }

.list { width: 100%; font-size: 12pt; line-height: 1.2; margin: 0 0 8pt; }
.list th, .list td { border: 0.5pt solid #000; padding: 2.5pt 4pt; vertical-align: top; text-align: left; overflow-wrap: anywhere; }
.list th { text-align: center; vertical-align: middle; overflow-wrap: normal; }
.list tr { break-inside: avoid; }
.list thead { display: table-header-group; }
.list .centre { text-align: center; white-space: nowrap; }
.list .hand { width: 30mm; }
.list .person { width: 42mm; }
.list .narrow { width: 11mm; }

.draft-mark { position: fixed; inset: 0; display: flex; align-items: center; justify-content: center; z-index: -1; }
.draft-mark { font-size: 92pt; font-weight: 700; color: #d9d9d9; transform: rotate(-45deg); white-space: nowrap; pointer-events: none; }

@media screen {
  html { background: #e6e6e6; }
  body { position: relative; width: 210mm; min-height: 297mm; margin: 16px auto; padding: 20mm 20mm 20mm 30mm; background: #fff; box-shadow: 0 1px 6px rgb(0 0 0 / 35%); isolation: isolate; overflow: clip; }
  .draft-mark { position: sticky; inset: auto; top: 0; height: 100vh; max-height: 257mm; margin-bottom: calc(-1 * min(100vh, 257mm)); }
  .sign-place { outline: 1px dashed #b5b5b5; pointer-events: none; }
}
${fittingZoom()}`;

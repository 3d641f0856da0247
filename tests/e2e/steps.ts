import { expect, type Locator, type Page } from '@playwright/test';

/** What people do in the application, as they would: by what they see. Tests and the demonstration both use it. */

export const PIN = '284619';
export const AUTHORITY_PASSWORD = 'mat-khau-mau-1';

export const by = (page: Page, testid: string): Locator => page.getByTestId(testid);

export interface OrganisationInput {
  readonly name: string;
  readonly parent: string;
  readonly person: string;
  readonly position: string;
  readonly preset?: 'committee' | 'council';
}

export async function setUpOrganisation(page: Page, input: OrganisationInput): Promise<void> {
  await by(page, 'door-organisation').click();
  if (input.preset) await by(page, `preset-${input.preset}`).click();
  await by(page, 'organisation-name').fill(input.name);
  await by(page, 'organisation-parent').fill(input.parent);
  await by(page, 'person-name').fill(input.person);
  await by(page, 'person-position').fill(input.position);
  await by(page, 'pin').fill(PIN);
  await by(page, 'pin-again').fill(PIN);
  await by(page, 'password').fill(AUTHORITY_PASSWORD);
  await by(page, 'password-again').fill(AUTHORITY_PASSWORD);
  await by(page, 'create-organisation').click();
  // Making two keys takes its time on a small machine.
  await expect(by(page, 'go-people')).toBeVisible({ timeout: 60_000 });
}

/** Makes an invitation and reads its code from the screen. */
export async function invite(page: Page, name: string, position: string): Promise<string> {
  await by(page, 'go-people').click();
  await by(page, 'invite').click();
  await by(page, 'invite-name').fill(name);
  await by(page, 'invite-position').fill(position);
  await by(page, 'make-invitation').click();
  const card = by(page, 'invitation').filter({ hasText: name });
  await expect(card).toBeVisible({ timeout: 20_000 });
  return ((await card.getByTestId('invitation-code-shown').textContent()) ?? '').trim();
}

/** The invited person's side, up to waiting for approval. The other laptop is found on the network. */
export async function askToJoin(page: Page, name: string, code: string, address?: string): Promise<void> {
  await by(page, 'door-invited').click();
  await by(page, 'invitation-code').fill(code);
  if (address) await by(page, 'invitation-address').fill(address);
  await by(page, 'person-name').fill(name);
  await by(page, 'pin').fill(PIN);
  await by(page, 'pin-again').fill(PIN);
  await by(page, 'send-request').click();
}

export async function approve(page: Page, name: string): Promise<void> {
  await by(page, 'go-people').click();
  const card = by(page, 'enrolment-request').filter({ hasText: name });
  await card.getByTestId('approve-request').click({ timeout: 60_000 });
  // The password is asked for when it was not given within the last minutes.
  const password = by(page, 'authority-password');
  const done = by(page, 'members').locator('tr', { hasText: name });
  await expect(password.or(done).first()).toBeVisible({ timeout: 30_000 });
  if (await password.isVisible()) {
    await password.fill(AUTHORITY_PASSWORD);
    await by(page, 'confirm-approve').click();
  }
  await expect(done).toBeVisible({ timeout: 30_000 });
  await expect(card).toHaveCount(0);
}

export async function enrolled(page: Page): Promise<void> {
  await expect(by(page, 'go-home')).toBeVisible({ timeout: 60_000 });
}

export async function enrol(secretary: Page, newcomer: Page, name: string, position: string): Promise<void> {
  const code = await invite(secretary, name, position);
  await askToJoin(newcomer, name, code);
  await approve(secretary, name);
  await enrolled(newcomer);
}

export async function unlock(page: Page, pin = PIN): Promise<void> {
  await by(page, 'unlock-pin').fill(pin);
  await by(page, 'unlock').click();
}

export interface MeetingInput {
  readonly title: string;
  readonly place: string;
}

/** Ends on the prepare screen of the new meeting. */
export async function createMeeting(page: Page, input: MeetingInput): Promise<void> {
  await by(page, 'go-home').click();
  await by(page, 'new-meeting').click();
  await by(page, 'meeting-title').fill(input.title);
  await by(page, 'meeting-place').fill(input.place);
  await by(page, 'create-meeting').click();
  await expect(by(page, 'convene')).toBeVisible();
}

/** Takes everybody of the organisation in; `chair` chairs, who prepares is the secretary. */
export async function addPeople(page: Page, chair: string): Promise<void> {
  const everybody = by(page, 'add-everybody');
  const somebody = page.locator('[data-testid^="add-person-"]').first();
  // Who is of the organisation comes a moment after the screen.
  await expect(somebody).toBeVisible();
  if (await everybody.isVisible()) await everybody.click();
  else await somebody.click();
  await page.locator('tr', { hasText: chair }).locator('select').selectOption('chair');
}

export async function addItem(
  page: Page,
  ordinal: number,
  title: string,
  motions: readonly string[] = [],
): Promise<void> {
  await by(page, 'add-item').click();
  await by(page, `item-title-${ordinal}`).fill(title);
  await by(page, `item-title-${ordinal}`).blur();
  for (const [index, text] of motions.entries()) {
    await by(page, `add-motion-${ordinal}`).click();
    await by(page, `motion-text-${ordinal}-${index + 1}`).fill(text);
    await by(page, `motion-text-${ordinal}-${index + 1}`).blur();
  }
}

export async function convene(page: Page): Promise<void> {
  await by(page, 'convene').click();
  await expect(by(page, 'convened')).toBeVisible();
}

export async function carry(page: Page): Promise<void> {
  await by(page, 'carry').click();
  await expect(by(page, 'host-addresses')).toBeVisible();
}

/** Joins the meeting that has appeared by itself. */
export async function joinFound(page: Page): Promise<void> {
  await by(page, 'go-home').click();
  await by(page, 'join-found').first().click({ timeout: 30_000 });
  await expect(by(page, 'happening')).toBeVisible({ timeout: 30_000 });
}

/** Presses the console's one button once it offers this step. */
export async function nextStep(page: Page, step: string): Promise<void> {
  const button = page.locator(`[data-testid="next-step"][data-step="${step}"]`);
  await button.click({ timeout: 30_000 });
}

export async function checkIn(page: Page, how: 'in-person' | 'remote' = 'in-person'): Promise<void> {
  await by(page, how === 'remote' ? 'check-in-remote' : 'check-in').click({ timeout: 20_000 });
}

export async function vote(page: Page, choice: 'approve' | 'reject' | 'abstain' | 'other'): Promise<void> {
  await by(page, `vote-${choice}`).click({ timeout: 30_000 });
  await by(page, 'confirm-vote').click();
}

/** A place on the first page: fractions of what of it is in sight. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

async function onFirstPage(page: Page): Promise<(place: Place) => [number, number]> {
  const sheet = await by(page, 'page-1').boundingBox();
  const window = await by(page, 'paper-scroll').boundingBox();
  if (!sheet || !window) throw new Error('no page to draw on');
  const top = Math.max(sheet.y, window.y);
  const bottom = Math.min(sheet.y + sheet.height, window.y + window.height);
  return ({ x, y }) => [sheet.x + sheet.width * x, top + (bottom - top) * y];
}

/** Puts the pen down and draws a line over the first page of the open paper; the pen stays down. */
export async function drawOn(page: Page, from: Place, to: Place): Promise<void> {
  const at = await onFirstPage(page);
  await page.mouse.move(...at(from));
  await page.mouse.down();
  for (let step = 1; step <= 12; step++) {
    const part = step / 12;
    const wave = Math.sin(part * Math.PI * 2) * 0.02;
    await page.mouse.move(...at({ x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part + wave }));
  }
}

export const liftPen = (page: Page): Promise<void> => page.mouse.up();

export async function draw(page: Page, from: Place, to: Place): Promise<void> {
  await drawOn(page, from, to);
  await liftPen(page);
}

export async function takeTool(page: Page, tool: 'pen' | 'highlighter' | 'note' | 'eraser' | 'select'): Promise<void> {
  await by(page, `tool-${tool}`).click();
}

/** Taps on the first page with the tool in hand. */
export async function tapPage(page: Page, place: Place): Promise<void> {
  const at = await onFirstPage(page);
  await page.mouse.click(...at(place));
}

/** Opens a paper of the agenda by a part of its title; ends when its first page is drawn. */
export async function openPaper(page: Page, title: string): Promise<void> {
  await page.locator('nav').locator('[data-testid^="paper-"]').filter({ hasText: title }).click();
  await expect(by(page, 'page-1')).toHaveAttribute('data-drawn', 'true', { timeout: 30_000 });
}

export async function goToPage(page: Page, number: number): Promise<void> {
  await by(page, 'page-box').fill(String(number));
  await by(page, 'page-box').press('Enter');
}

/** Makes an invitation and saves its file; the save dialog must have been answered before. */
export async function inviteByFile(page: Page, name: string, position: string): Promise<void> {
  await invite(page, name, position);
  await by(page, 'invitation').filter({ hasText: name }).getByTestId('save-invitation').click();
  await expect(by(page, 'notice').filter({ hasText: name })).toBeVisible();
}

/** The invited person's side with an invitation file; the open dialog must have been answered before. */
export async function askToJoinByFile(page: Page, name: string): Promise<void> {
  await by(page, 'door-invited').click();
  await by(page, 'with-file').click();
  await by(page, 'choose-invitation').click();
  await expect(by(page, 'invitation-drop')).toContainText('.phien-invite');
  await by(page, 'person-name').fill(name);
  await by(page, 'pin').fill(PIN);
  await by(page, 'pin-again').fill(PIN);
  await by(page, 'send-request').click();
}

export async function unlocked(page: Page): Promise<void> {
  await unlock(page);
  await expect(by(page, 'go-home')).toBeVisible({ timeout: 30_000 });
}

/** Joins by the address that the host's screen shows. */
export async function joinByAddress(page: Page, address: string): Promise<void> {
  await by(page, 'go-home').click();
  await by(page, 'join-by-address').click();
  await by(page, 'join-address').fill(address);
  await by(page, 'join').click();
  await expect(by(page, 'happening')).toBeVisible({ timeout: 30_000 });
}

/** `host:port` as the prepare screen of the carrying laptop shows it. */
export async function hostAddress(page: Page): Promise<string> {
  const text = (await by(page, 'host-addresses').textContent()) ?? '';
  const address = /[\w.-]+:\d+/.exec(text)?.[0];
  if (address === undefined) throw new Error(`no address in “${text}”`);
  return address;
}

export type Panel = 'people' | 'notes' | 'votes' | 'minutes' | 'board';

export async function showPanel(page: Page, panel: Panel): Promise<Locator> {
  const shown = by(page, `panel-${panel}`);
  // Panels also open by themselves, after a ballot for one; pressed in that moment, the button folds it again.
  await expect(async () => {
    if (!(await shown.isVisible())) await by(page, `show-${panel}`).click();
    await expect(shown).toBeVisible({ timeout: 2000 });
  }).toPass({ timeout: 20_000 });
  return shown;
}

/** Opens the vote that the item is prepared with. */
export async function openVote(page: Page): Promise<void> {
  await nextStep(page, 'open-vote');
  await by(page, 'open-vote').click();
}

export async function closeVote(page: Page): Promise<void> {
  await nextStep(page, 'close-vote');
  await by(page, 'close-vote').click();
  await expect(by(page, 'vote-result').first()).toBeVisible();
}

export async function concludeItem(page: Page, text: string): Promise<void> {
  await nextStep(page, 'conclude-item');
  await by(page, 'conclusion-text').fill(text);
  await by(page, 'save-conclusion').click();
  await expect(by(page, 'save-conclusion')).toBeHidden();
}

export async function closeMeeting(page: Page): Promise<void> {
  await by(page, 'console-more').click();
  await by(page, 'console-close-meeting').click();
  await by(page, 'confirm-close-meeting').click();
  await expect(by(page, 'confirm-close-meeting')).toBeHidden();
}

const minutesStage = (page: Page, stage: string): Locator =>
  page.locator(`[data-testid="minutes-stage"][data-stage="${stage}"]`);

/** The secretary's side: makes the PDF and signs it. */
export async function freezeMinutes(page: Page): Promise<void> {
  await showPanel(page, 'minutes');
  await by(page, 'freeze-minutes').click();
  await by(page, 'confirm-freeze-minutes').click();
  await expect(minutesStage(page, 'frozen')).toBeVisible({ timeout: 60_000 });
}

/** The chair's side, once the frozen minutes have arrived. */
export async function signMinutes(page: Page): Promise<void> {
  await showPanel(page, 'minutes');
  await by(page, 'sign-minutes').click({ timeout: 60_000 });
  await by(page, 'confirm-sign-minutes').click();
}

/** The signed minutes lie whole on this laptop. */
export async function haveSignedMinutes(page: Page): Promise<void> {
  await showPanel(page, 'minutes');
  await expect(minutesStage(page, 'sealed')).toBeVisible({ timeout: 60_000 });
  await expect(page.locator('[data-testid="signed-minutes"][data-state="here"]')).toBeVisible({ timeout: 30_000 });
}

/** The verdict of the verify screen on the file that the open dialog was answered with. */
export async function verify(page: Page): Promise<Locator> {
  await by(page, 'go-verify').click();
  await by(page, 'choose-file').click();
  const verdict = by(page, 'verdict');
  await expect(verdict).toBeVisible({ timeout: 30_000 });
  return verdict;
}

/** Drops files from outside on a place of the window. */
export async function dropFiles(page: Page, place: Locator, files: readonly string[]): Promise<void> {
  // Only a file field gives a page files that know where they lie.
  await page.evaluate(() => {
    const field = Object.assign(document.createElement('input'), { type: 'file', multiple: true, id: 'dropped-files' });
    document.body.append(field);
  });
  await page.setInputFiles('#dropped-files', [...files]);
  const dataTransfer = await page.evaluateHandle(() => {
    const field = document.querySelector<HTMLInputElement>('#dropped-files');
    const transfer = new DataTransfer();
    for (const file of field?.files ?? []) transfer.items.add(file);
    field?.remove();
    return transfer;
  });
  for (const event of ['dragenter', 'dragover', 'drop']) await place.dispatchEvent(event, { dataTransfer });
}

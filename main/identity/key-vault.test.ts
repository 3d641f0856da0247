import { beforeAll, describe, expect, it } from 'vitest';
import { must } from './identity-fixtures.ts';
import { changePin, checkNewPin, createKeyVault, lockKey, openKeyVault } from './key-vault.ts';
import { generateRsaKey } from './rsa-key.ts';

const PIN = 'Hoa sen 7';
let vault: string;
let der: Buffer;
beforeAll(async () => {
  const made = must(await createKeyVault(PIN));
  vault = made.vault;
  der = made.privateKey.export({ format: 'der', type: 'pkcs8' });
}, 60_000);

describe('key vault', () => {
  it('opens with the PIN, however its letters are composed, and not with another', async () => {
    expect(must(await openKeyVault(vault, PIN)).asymmetricKeyDetails?.modulusLength).toBe(3072);
    for (const pin of [PIN, 'Hoa sen 7'.normalize('NFD')]) {
      expect(
        must(await openKeyVault(vault, pin))
          .export({ format: 'der', type: 'pkcs8' })
          .equals(der),
      ).toBe(true);
    }
    expect(await openKeyVault(vault, 'hoa sen 7')).toEqual({ ok: false, error: 'wrong-pin' });
    expect(await openKeyVault(vault, '')).toEqual({ ok: false, error: 'wrong-pin' });
  });

  it('holds nothing of the key in the clear, and never the same bytes twice', async () => {
    const { cipher } = JSON.parse(vault) as { cipher: { data: string } };
    expect(Buffer.from(cipher.data, 'base64').includes(der.subarray(40, 56))).toBe(false);
    const key = must(await openKeyVault(vault, PIN));
    expect(must(await lockKey(key, PIN))).not.toBe(vault);
  });

  it('tells a damaged vault from a wrong PIN, wherever the damage is', async () => {
    const positions = Array.from({ length: 60 }, (_, index) => Math.floor((index * vault.length) / 60));
    for (const position of positions) {
      const flipped = String.fromCodePoint(vault.codePointAt(position)! ^ 1);
      const damaged = vault.slice(0, position) + flipped + vault.slice(position + 1);
      expect(await openKeyVault(damaged, PIN), `character ${position}`).toEqual({ ok: false, error: 'damaged' });
    }
    for (const text of ['', '{}', 'null', vault.slice(0, -1), 'x'.repeat(40_000)]) {
      expect(await openKeyVault(text, PIN)).toEqual({ ok: false, error: 'damaged' });
    }
  });

  it('does not spend more memory than it would itself, whatever the file asks for', async () => {
    const greedy = { ...(JSON.parse(vault) as { kdf: object }) };
    greedy.kdf = { ...greedy.kdf, N: 2 ** 30 };
    expect(await openKeyVault(JSON.stringify(greedy), PIN)).toEqual({ ok: false, error: 'damaged' });
  });

  it('changes the PIN without changing the key', async () => {
    const changed = must(await changePin(vault, PIN, 'Cá chép 88'));
    expect(await openKeyVault(changed, PIN)).toEqual({ ok: false, error: 'wrong-pin' });
    expect(
      must(await openKeyVault(changed, 'Cá chép 88'))
        .export({ format: 'der', type: 'pkcs8' })
        .equals(der),
    ).toBe(true);
    expect(await changePin(vault, 'something else', 'Cá chép 88')).toEqual({ ok: false, error: 'wrong-pin' });
    expect(await changePin(vault, PIN, '123')).toEqual({ ok: false, error: 'pin-too-short' });
  });

  it('refuses short and simple PINs', async () => {
    expect(checkNewPin('12345')).toBe('pin-too-short');
    expect(checkNewPin('ấấấấấ'.normalize('NFD'))).toBe('pin-too-short');
    expect(checkNewPin('x'.repeat(129))).toBe('pin-too-long');
    for (const pin of ['111111', '123456', '987654', 'abcdefgh']) expect(checkNewPin(pin)).toBe('pin-too-simple');
    for (const pin of ['135790', '120386', 'mật khẩu']) expect(checkNewPin(pin)).toBeNull();
    expect(await createKeyVault('111111')).toEqual({ ok: false, error: 'pin-too-simple' });
    expect(await lockKey(await generateRsaKey(2048), '1')).toEqual({ ok: false, error: 'pin-too-short' });
  });

  it('costs a guess a tenth of a second at least', async () => {
    const start = performance.now();
    await openKeyVault(vault, 'guess1');
    expect(performance.now() - start).toBeGreaterThan(100);
  });
});

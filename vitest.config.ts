import { defineConfig } from 'vitest/config';

const ours = ['common', 'main', 'preload', 'renderer'];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ours.map((folder) => `${folder}/**/*.test.{ts,tsx}`),
          // Keys and certificates take their time on small machines.
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['tests/{integration,attack,fuzz}/**/*.test.ts'],
          testTimeout: 120_000,
          // Mostly they wait for time to pass; more at a time than two, with many engines each, would wait for each other.
          maxWorkers: 2,
        },
      },
    ],
  },
});

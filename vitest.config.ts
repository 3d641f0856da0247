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
          // Many engines in one test: one file at a time keeps the measured times meaningful.
          fileParallelism: false,
        },
      },
    ],
  },
});

/**
 * How V8 collects garbage in the engine. With Electron's 8 MB for young objects, what waits to be sent in a busy room is
 * taken for old, and the stops that follow are longer than anything else that live ink waits for. One helper beside the
 * thread marks a heap of this size in time; more take the few processors of a laptop from whom they help.
 */
export const ENGINE_HEAP_FLAGS = ['--max-semi-space-size=32', '--concurrent-marking-max-worker-num=1'] as const;

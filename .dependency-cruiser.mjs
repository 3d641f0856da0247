// Who may import whom. `common` runs anywhere; only `main/desktop` knows Electron; the working parts of `main` know only
// `common`, never each other; features of the interface never import each other; the entries wire.

const nodeModules = ['^node_modules/'];

/** @param {string} name @param {string} comment @param {object} from @param {object} to */
const forbid = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

/** A folder of ours may import itself, the named folders and what `npm` names; tests beside the source may use their tools. */
const only = (name, folder, folders, npm, comment) => {
  const allowed = [`^${folder}/`, ...folders.map((other) => `^${other}`)];
  return [
    forbid(
      `${name}-ours`,
      comment,
      { path: `^${folder}/`, pathNot: '\\.test\\.tsx?$' },
      { path: '^(common|main|preload|renderer|tests|scripts)/', pathNot: allowed },
    ),
    ...(npm === undefined
      ? []
      : [
          forbid(
            `${name}-npm`,
            comment,
            { path: `^${folder}/`, pathNot: '\\.test\\.tsx?$' },
            { path: nodeModules, pathNot: npm.map((packageName) => `^node_modules/${packageName}/`) },
          ),
        ]),
  ];
};

const parts = ['hub', 'sync', 'store', 'identity', 'signing', 'logging', 'threads'];

export default {
  forbidden: [
    forbid(
      'no-cycles',
      'A cycle has no reading order.',
      {},
      { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    ),
    forbid('resolvable', 'What is imported exists.', { pathNot: '\\.d\\.ts$' }, { couldNotResolve: true }),
    forbid(
      'no-dev-packages',
      'Only what is shipped may be imported by what is shipped.',
      { path: '^(common|main|preload)/', pathNot: '\\.test\\.tsx?$' },
      { dependencyTypes: ['npm-dev'], pathNot: '^node_modules/electron/' },
    ),
    forbid(
      'common-anywhere',
      'common runs without Node.',
      { path: '^common/', pathNot: '\\.test\\.ts$' },
      { dependencyTypes: ['core'] },
    ),
    forbid(
      'electron-in-desktop',
      'Only main/desktop, its entry and the preload know Electron.',
      { pathNot: ['^main/desktop/', '^main/index\\.ts$', '^preload/'] },
      { path: '^(node_modules/)?electron(/|$)' },
    ),

    ...only('domain', 'common/domain', ['common/acts/'], [], 'The rules know the acts that they judge, nothing else.'),
    ...only('acts', 'common/acts', ['common/domain/'], ['zod', 'canonicalize'], 'acts know the domain only.'),
    ...only('i18n', 'common/i18n', [], [], 'i18n imports nothing of ours.'),
    ...only(
      'collab',
      'common/collab',
      ['common/domain/', 'common/acts/'],
      ['yjs', 'lib0', 'y-protocols', 'zod'],
      'collab knows domain, acts and yjs.',
    ),
    ...only(
      'contract',
      'common/contract',
      ['common/domain/', 'common/acts/'],
      ['zod'],
      'contract knows domain, acts and zod.',
    ),
    ...only(
      'wire',
      'common/wire',
      ['common/domain/', 'common/acts/'],
      ['zod', 'lib0'],
      'wire knows domain, acts and zod.',
    ),

    ...parts.flatMap((part) =>
      only(part, `main/${part}`, ['common/'], undefined, 'The working parts of main know common, never each other.'),
    ),
    ...only(
      'documents',
      'main/documents',
      ['common/', 'main/threads/'],
      undefined,
      'documents knows common, and how work is given to a thread.',
    ),
    ...only('meetings', 'main/meetings', ['common/'], undefined, 'Use cases know common and their own ports.'),
    ...only(
      'desktop',
      'main/desktop',
      ['common/', 'main/desktop-port\\.ts$'],
      ['electron', 'zod'],
      'desktop shows windows and starts the engine.',
    ),
    ...only('preload', 'preload', ['common/contract/'], ['electron'], 'The preload is a bridge and does no work.'),
    ...only('renderer', 'renderer', ['common/'], undefined, 'Windows know common only.'),
    forbid(
      'renderer-no-node',
      'Windows have no Node.',
      { path: '^renderer/', pathNot: '\\.test\\.tsx?$' },
      { dependencyTypes: ['core'] },
    ),
    forbid(
      'features-apart',
      'Features never import each other.',
      { path: '^renderer/features/([^/]+)/' },
      { path: '^renderer/features/', pathNot: '^renderer/features/$1/' },
    ),
    forbid(
      'features-not-app',
      'The application wires features, not the other way round.',
      { path: '^renderer/(features|ui|bridge|collab)/', pathNot: '\\.test\\.tsx?$' },
      { path: '^renderer/app/' },
    ),
    forbid(
      'no-tests',
      'What is shipped does not know its tests.',
      { path: '^(common|main|preload|renderer)/', pathNot: '\\.test\\.tsx?$' },
      { path: '(^tests/|\\.test\\.tsx?$)' },
    ),
  ],
  options: {
    parser: 'swc',
    doNotFollow: { path: ['^node_modules/'] },
    exclude: { path: ['^out/', '^\\.cache/'] },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.cjs', '.json', '.d.ts'],
      mainFields: ['module', 'main', 'types'],
    },
    builtInModules: { add: ['electron'] },
  },
};

// Order of npm versions by node's `semver`: pairs by tab on standard input, one of < = > ! a line.
// Argument "strict": without the loose mode, and without the "v" that Semantic Versioning does not have.
'use strict';
const semver = require('semver');
const strict = process.argv[2] === 'strict';
const parse = (text) => (strict && !/^[0-9]\S*$/.test(text) ? null : semver.parse(text, { loose: !strict }));
const out = [];
for (const line of require('fs').readFileSync(0, 'utf8').split('\n').slice(0, -1)) {
  const [left, right] = line.split('\t').map(parse);
  out.push(left && right ? '<=>'[semver.compare(left, right) + 1] : '!');
}
process.stdout.write(out.join('\n') + '\n');

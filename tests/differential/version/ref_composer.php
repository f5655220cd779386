<?php
// Order of Composer versions by composer/semver: pairs by tab on standard input, one of < = > ! a line.
// Where a branch name takes part ("dev-main"), Composer itself has no order: branches sort before numbers, by name.
require getenv('COMPOSER_SEMVER') ?: 'Composer/Semver/autoload.php';

$parser = new Composer\Semver\VersionParser();
while (($line = fgets(STDIN)) !== false) {
    try {
        [$left, $right] = array_map([$parser, 'normalize'], explode("\t", rtrim($line, "\n")));
    } catch (UnexpectedValueException $e) {
        echo "!\n";
        continue;
    }
    $branches = [strncmp($left, 'dev-', 4) === 0, strncmp($right, 'dev-', 4) === 0];
    if ($branches[0] && $branches[1]) {
        $order = strcmp($left, $right);
    } elseif ($branches[0] || $branches[1]) {
        $order = $branches[0] ? -1 : 1;
    } else {
        $order = version_compare($left, $right);
    }
    echo $order < 0 ? "<\n" : ($order > 0 ? ">\n" : "=\n");
}

#!/usr/bin/perl
# Order of Debian versions by Dpkg::Version: pairs by tab on standard input, one of < = > ! a line.
# Valid is what dpkg's own parser does not call an error (lib/dpkg/parsehelp.c): it only warns where the version does not
# start with a digit. Characters that it warns of are invalid here, except '_'.
use strict;
use warnings;
use Dpkg::Version;

sub is_valid {
    my ($text) = @_;
    return 0 if $text eq '' || $text =~ /[^A-Za-z0-9.+~:_-]/;
    if ($text =~ s/^([^:]*)://) {
        my $epoch = $1;
        return 0 if $epoch !~ /^[0-9]+$/ || length($epoch) > 15 || $epoch > 2147483647;
    }
    return 0 if $text eq '';
    if ($text =~ s/-([^-]*)$//) {
        return 0 if $1 eq '';
    }
    return $text ne '';
}

while (my $line = <STDIN>) {
    chomp $line;
    my ($left, $right) = split /\t/, $line, -1;
    if (!is_valid($left) || !is_valid($right)) {
        print "!\n";
        next;
    }
    my $order = Dpkg::Version->new($left) <=> Dpkg::Version->new($right);
    print $order < 0 ? "<\n" : $order > 0 ? ">\n" : "=\n";
}

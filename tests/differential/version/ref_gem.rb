# Order of RubyGems versions by Gem::Version: pairs by tab on standard input, one of < = > ! a line.
require 'rubygems'

STDIN.each_line do |line|
  left, right = line.chomp.split("\t", -1).map { |text| Gem::Version.correct?(text) && !text.strip.empty? ? Gem::Version.new(text) : nil }
  puts left && right ? '=><'[left <=> right] : '!'
end

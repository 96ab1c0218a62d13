#!/usr/bin/perl
# Reads letters as Perl does (MIME::Parser, Encode). In: a JSON list of letters in base64.
# Out: a JSON list of what each says.
use strict;
use warnings;
use Encode qw(decode);
use JSON::PP;
use MIME::Base64 qw(decode_base64);
use MIME::Parser;

my $parser = MIME::Parser->new;
$parser->output_to_core(1);
$parser->tmp_to_core(1);

sub unfolded {
    my ($letter, $name) = @_;
    my @values = $letter->head->get_all($name);
    die "$name stands " . scalar(@values) . " times" if @values != 1;
    my $value = $values[0];
    $value =~ s/\r?\n(?=[ \t])//g;
    $value =~ s/\r?\n\z//;
    return $value;
}

my $quoted = qr/"(?:[^"\\]|\\.)*"/s;

sub mailbox {
    my $value = decode('UTF-8', $_[0], Encode::FB_CROAK); # RFC 6532: addresses beyond ASCII
    return ["", $value] unless $value =~ /^((?:$quoted|[^<"])*?)\s*<((?:$quoted|[^<>"])*)>$/s;
    my ($name, $address) = ($1, $2);
    if ($name =~ /^"(.*)"$/s) { $name = $1; $name =~ s/\\(.)/$1/gs; return [$name, $address] }
    return [decode('MIME-Header', $name), $address];
}

sub words {
    my ($letter, $kind) = @_;
    for my $part ($letter->parts) {
        next unless $part->effective_type eq $kind;
        my $words = decode('UTF-8', $part->bodyhandle->as_string, Encode::FB_CROAK);
        $words =~ s/\r\n/\n/g;
        return $words;
    }
    die "no part $kind";
}

local $/;
my @read = map {
    my $letter = $parser->parse_data(decode_base64($_));
    {
        subject => decode('MIME-Header', unfolded($letter, 'Subject')),
        from => mailbox(unfolded($letter, 'From')),
        to => mailbox(unfolded($letter, 'To')),
        list_id => mailbox(unfolded($letter, 'List-Id')),
        list_unsubscribe => unfolded($letter, 'List-Unsubscribe'),
        text => words($letter, 'text/plain'),
        html => words($letter, 'text/html'),
    };
} @{decode_json(<STDIN>)};
print encode_json(\@read);

using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace RctOnnx.Data;

/// <summary>
/// Deals rows to parts, group by group. Of a row its label's number and 16 bytes of hash are kept while it is dealt, no text: about 90 bytes a row,
/// and 4 in the result.
/// </summary>
internal static class RowDeal
{
    // The hash says both which rows belong together and when they are dealt; two groups of one hash would be dealt as one.
    private readonly record struct Card(UInt128 Hash, int Row, int Label);

    private readonly record struct Group(int Start, int Length);

    /// <summary>The part of every row, in their order.</summary>
    /// <param name="rows">All rows, enumerated once.</param>
    /// <param name="shares">Share of each part, 0 or more.</param>
    /// <param name="seed">Another seed gives another division.</param>
    /// <exception cref="DataException">There are too few groups for a part that was asked for.</exception>
    public static int[] Deal(IEnumerable<TextRow> rows, double[] shares, ulong seed)
    {
        Card[] cards = CardsOf(rows, seed, out string[] labels);
        Array.Sort(cards, static (one, other) => one.Hash != other.Hash ? one.Hash.CompareTo(other.Hash) : one.Row.CompareTo(other.Row));
        int[] rankOf = RanksOf(labels);
        long[] totals = new long[labels.Length];
        foreach (Card card in cards) totals[rankOf[card.Label]]++;
        double[][] lacking = [.. shares.Select(share => Array.ConvertAll(totals, total => total * share))];
        int[] parts = new int[cards.Length], rowCounts = new int[shares.Length];
        Group[] groups = GroupsOf(cards);
        foreach (Group group in groups.OrderByDescending(group => group.Length)) // a large one at the end could no longer be evened out
        {
            Span<Card> members = cards.AsSpan(group.Start, group.Length);
            (int Label, int Count)[] counts = Count(members, rankOf);
            int best = BestPart(counts, shares, lacking, totals);
            foreach ((int label, int count) in counts) lacking[best][label] -= count;
            foreach (Card card in members) parts[card.Row] = best;
            rowCounts[best] += group.Length;
        }
        for (int part = 0; part < shares.Length; part++)
            if (shares[part] > 0 && rowCounts[part] == 0)
                throw new DataException($"{cards.Length} rows in {groups.Length} groups are too few to split into shares of {string.Join(", ", shares.Where(share => share > 0))}. Give more data or separate files.");
        return parts;
    }

    private static Card[] CardsOf(IEnumerable<TextRow> rows, ulong seed, out string[] labels)
    {
        ChunkedList<Card> cards = new();
        Dictionary<string, int> numbers = new(StringComparer.Ordinal);
        foreach (TextRow row in rows)
        {
            if (!numbers.TryGetValue(row.Label ?? "", out int label)) numbers.Add(row.Label ?? "", label = numbers.Count);
            string key = row.Group is { } group ? "g" + group : "t" + NormalText.Of(row);
            cards.Add(new Card(BinaryPrimitives.ReadUInt128BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{seed}:{key}"))), cards.Count, label));
        }
        labels = [.. numbers.Keys];
        return cards.ToArray();
    }

    // Sums over labels are taken in ordinal order, so that their last bit does not depend on the order of the rows.
    private static int[] RanksOf(string[] labels)
    {
        int[] ranks = new int[labels.Length], order = [.. Enumerable.Range(0, labels.Length).OrderBy(label => labels[label], StringComparer.Ordinal)];
        for (int rank = 0; rank < order.Length; rank++) ranks[order[rank]] = rank;
        return ranks;
    }

    private static Group[] GroupsOf(Card[] cards)
    {
        ChunkedList<Group> groups = new();
        for (int start = 0, end; start < cards.Length; start = end)
        {
            for (end = start + 1; end < cards.Length && cards[end].Hash == cards[start].Hash;) end++;
            groups.Add(new Group(start, end - start));
        }
        return groups.ToArray();
    }

    private static (int Label, int Count)[] Count(ReadOnlySpan<Card> members, int[] rankOf)
    {
        if (members.Length == 1) return [(rankOf[members[0].Label], 1)];
        Dictionary<int, int> counts = [];
        foreach (Card card in members) counts[rankOf[card.Label]] = counts.GetValueOrDefault(rankOf[card.Label]) + 1;
        return [.. counts.OrderBy(pair => pair.Key).Select(pair => (pair.Key, pair.Value))];
    }

    private static int BestPart((int Label, int Count)[] counts, double[] shares, double[][] lacking, long[] totals)
    {
        int best = 0;
        double most = double.NegativeInfinity;
        for (int part = 0; part < shares.Length; part++)
        {
            if (shares[part] == 0) continue;
            double sum = 0;
            foreach ((int label, int count) in counts) sum += count * lacking[part][label] / totals[label];
            double lack = sum / shares[part];
            if (lack <= most) continue;
            (most, best) = (lack, part);
        }
        return best;
    }
}

using System.Security.Cryptography;
using Google.Protobuf;
using Microsoft.Win32.SafeHandles;
using RctOnnx.Onnx.Protobuf;

namespace RctOnnx.Onnx;

/// <summary>SHA-256 over the graph, the weights and all metadata but the hash itself.</summary>
internal static class ModelFileHash
{
    private const int Block = 1 << 18; // stays in the cache between the copy out of the file and the hash

    /// <summary>Hashes an open file without one range of its bytes, the hash entry; external data is to be appended.</summary>
    public static IncrementalHash OfFile(SafeFileHandle file, (long Start, long End) without)
    {
        IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = GC.AllocateUninitializedArray<byte>(Block);
        Add(0, without.Start);
        Add(without.End, RandomAccess.GetLength(file));
        return hash;

        void Add(long start, long end)
        {
            for (int read = 1; start < end && read > 0; start += read)
            {
                read = RandomAccess.Read(file, buffer.AsSpan(0, (int)Math.Min(Block, end - start)), start);
                hash.AppendData(buffer, 0, read);
            }
        }
    }

    /// <summary>The hash in hexadecimal, after the external data, if any.</summary>
    public static string Finish(IncrementalHash hash, string? externalDataPath)
    {
        using (hash)
        {
            if (externalDataPath is not null) Append(hash, externalDataPath);
            return Convert.ToHexStringLower(hash.GetHashAndReset());
        }
    }

    /// <summary>
    /// Hashes the serialised model without its hash entry, then the external data, if any. Nothing is copied: both are streamed.
    /// </summary>
    public static string Compute(ModelProto model, string? externalDataPath)
    {
        StringStringEntryProto? own = model.MetadataProps.FirstOrDefault(entry => entry.Key == MetadataKeys.Sha256);
        int index = own is null ? -1 : model.MetadataProps.IndexOf(own);
        if (own is not null) model.MetadataProps.RemoveAt(index);
        try
        {
            IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            using (HashingStream stream = new(hash)) model.WriteTo(stream);
            return Finish(hash, externalDataPath);
        }
        finally
        {
            if (own is not null) model.MetadataProps.Insert(index, own);
        }
    }

    private static void Append(IncrementalHash hash, string path)
    {
        using FileStream stream = File.OpenRead(path);
        byte[] buffer = GC.AllocateUninitializedArray<byte>(Block);
        for (int read = stream.Read(buffer); read > 0; read = stream.Read(buffer)) hash.AppendData(buffer, 0, read);
    }

    private sealed class HashingStream(IncrementalHash hash) : Stream
    {
        public override bool CanRead => false;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
        public override void Flush() { }
        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => hash.AppendData(buffer, offset, count);
        public override void Write(ReadOnlySpan<byte> buffer) => hash.AppendData(buffer);
    }
}
